"""What stands for a mistake in what the user gave, and for a training that was told to stop."""

import re


class InputWarning(UserWarning):
    """What a user gave can be used, but looks like a mistake; one line, which says what to set."""


class InputError(Exception):
    """What a user gave cannot be used.

    The message is one line: it names the thing (file, key, size) and says what to do about it. The command line
    prints it without a traceback and exits with code 2.
    """

    def __init__(self, message: str) -> None:
        # a data loader's worker hands an error over with its whole traceback for a message; the last line is ours
        super().__init__(re.split(rf"{re.escape(InputError.__module__)}\.\w+: ", message)[-1].rstrip())


class DamagedFileError(InputError):
    """A file is missing, truncated, or not what it should be."""


class Stopped(BaseException):
    """A training was told to stop by a signal, and has saved what it had.

    Args:
        message: One line, which says how to go on.
        signum: Number of the signal.
    """

    def __init__(self, message: str, signum: int) -> None:
        super().__init__(message)
        self.signum = signum
