"""The command line: `main`, and a file for each verb with its function `run`."""

from inpaint_zoo.cli.main import main

__all__ = ["main"]
