"""Warnings and log messages in the terminal: those that concern the user, one line each."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings

from inpaint_zoo.errors import InputWarning
from inpaint_zoo.runtime.refusals import machine_refusal


def quiet_libraries() -> None:
    """Silence Lightning's banners and its advice about settings that this project chooses on purpose.

    Messages of this package are printed plainly: information to stdout, warnings to stderr as
    `inpaint-zoo: note: ...`.
    """
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for advice in (
        r".*does not have many workers.*",  # the user chooses num_workers
        r".*Checkpoint directory .* exists and is not empty.*",  # resuming into a run folder is intended
        r".*isinstance\(treespec, LeafSpec\).*",  # a call of torch in Lightning, not in user code
        r".*module\(s\) in eval mode at the start of training.*",  # CTSDG's second stage does so on purpose
        r".*callbacks used to create the checkpoint need to be provided.*",  # the user may leave some out
        r".*The number of training batches .* is smaller than the logging interval.*",
    ):
        warnings.filterwarnings("ignore", advice)
    if warnings.formatwarning is not _format:
        warnings.formatwarning = _format
    if sys.unraisablehook is not _unraisable:
        _hooks_before[:] = [sys.unraisablehook]
        sys.unraisablehook = _unraisable
    own = logging.getLogger("inpaint_zoo")
    own.setLevel(logging.INFO)
    if not any(isinstance(handler, _PlainLines) for handler in own.handlers):
        own.addHandler(_PlainLines())


_format_of_python = warnings.formatwarning


def _format(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    if issubclass(category, InputWarning):
        return f"inpaint-zoo: note: {message}\n"
    return _format_of_python(message, category, filename, lineno, line)


_hooks_before = [sys.unraisablehook]


def _unraisable(error: sys.UnraisableHookArgs) -> None:
    """Show an exception that nobody can catch, unless it says what the next batch says, too: a process is lost."""
    if error.exc_value is None or machine_refusal(error.exc_value) is None:
        _hooks_before[0](error)


class _PlainLines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING:
            print(record.getMessage())
        else:
            kind = "error" if record.levelno >= logging.ERROR else "note"
            print(f"inpaint-zoo: {kind}: {record.getMessage()}", file=sys.stderr)
            if record.exc_info:
                traceback.print_exception(record.exc_info[1])
