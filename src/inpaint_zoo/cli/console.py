"""What reaches the terminal beside results: warnings that concern the user, our own remarks as one line each."""

from __future__ import annotations

import logging
import sys
import warnings

from inpaint_zoo.errors import InputWarning


def quiet_libraries() -> None:
    """Silence Lightning's banners and its advice on settings that this project chooses on purpose.

    What this package itself has to say is printed plainly: news to stdout, what looks like a mistake to stderr as
    `inpaint-zoo: note: ...`.
    """
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for advice in (
        r".*does not have many workers.*",  # num_workers is the user's choice
        r".*Checkpoint directory .* exists and is not empty.*",  # resuming into a run folder is intended
        r".*isinstance\(treespec, LeafSpec\).*",  # Lightning's own call of torch, not the user's
        r".*module\(s\) in eval mode at the start of training.*",  # CTSDG's second stage freezes statistics on purpose
        r".*overridden `on_before_batch_transfer` in `LightningModule` but.*",  # CTSDG's edges, whatever the data
        r".*callbacks used to create the checkpoint need to be provided.*",  # leaving some out is the user's choice
        r".*The number of training batches .* is smaller than the logging interval.*",
    ):
        warnings.filterwarnings("ignore", advice)
    if warnings.formatwarning is not _format:
        warnings.formatwarning = _format
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


class _PlainLines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING:
            print(record.getMessage())
        else:
            print(f"inpaint-zoo: note: {record.getMessage()}", file=sys.stderr)
