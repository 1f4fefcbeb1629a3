"""`python -m inpaint_zoo VERB ...`."""

from inpaint_zoo.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
