"""The command line: `main`, and a file for each verb with its function `run`."""
