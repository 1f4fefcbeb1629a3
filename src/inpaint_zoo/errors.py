"""What stands for a mistake in what the user gave, and the checks of whole numbers."""


class InputWarning(UserWarning):
    """What a user gave can be used, but looks like a mistake; one line, which says what to set."""


class InputError(Exception):
    """What a user gave cannot be used.

    The message is one line: it names the thing (file, key, size) and says what to do about it. The command line
    prints it without a traceback and exits with code 2.
    """

    def __init__(self, message: str) -> None:
        # a data loader's worker hands an error over with its whole traceback for a message; the last line is ours
        super().__init__(message.rpartition(f"{InputError.__module__}.InputError: ")[2].rstrip())


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


def at_least(least: int, value: int, key: str) -> int:
    """Return `value`, which stands under `key` in the configuration.

    Raises:
        InputError: It is less than `least`.
    """
    if value < least:
        raise InputError(f"{key}={value} must be at least {least}")
    return value


def multiple_of(step: int, value: int, key: str) -> int:
    """Return `value`, which stands under `key` in the configuration.

    Raises:
        InputError: It is not `step` or a multiple of it.
    """
    if value < step or value % step:
        raise InputError(f"{key}={value} must be a multiple of {step}: give {step * max(1, round(value / step))}")
    return value
