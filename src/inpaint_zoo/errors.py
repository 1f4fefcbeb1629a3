"""The one exception that stands for a mistake in what the user gave."""


class InputError(Exception):
    """What a user gave cannot be used.

    The message is one line: it names the thing (file, key, size) and says what to do about it. The command line
    prints it without a traceback and exits with code 2.
    """
