"""Exceptions and warnings for mistakes in what a user gave, and for a training that a signal stopped."""

import re


class InputWarning(UserWarning):
    """An input can be used, but looks like a mistake. The message is one line that says what to set."""


class InputError(Exception):
    """An input cannot be used.

    The message is one line that names the thing (file, key, size) and says what to do about it. The command line prints
    it without a traceback and exits with code 2.
    """

    def __init__(self, message: str) -> None:
        # an error in a worker of a data loader arrives with its whole traceback as the message; the last line is ours
        super().__init__(re.split(rf"{re.escape(InputError.__module__)}\.\w+: ", message)[-1].rstrip())


class DamagedFileError(InputError):
    """A file is missing, truncated, or not of the expected kind."""


class LostProcessError(InputError):
    """A training cannot continue because one of its processes has ended or cannot be reached."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; resume with the same command and ckpt_path=last (and run_dir= of this run)")


class Stopped(BaseException):
    """A signal stopped a training, which has saved its state.

    Args:
        message: One line that says how to resume.
        signum: Number of the signal.
    """

    def __init__(self, message: str, signum: int) -> None:
        super().__init__(message)
        self.signum = signum
