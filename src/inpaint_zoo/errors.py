"""What stands for a mistake in what the user gave."""


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
