"""Handlers of the signals that stop a training."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import warnings
from types import FrameType
from typing import Any

from inpaint_zoo.errors import InputWarning

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
_NAMES = {signal.SIGINT: "Ctrl-C"}


class StopSignals:
    """Remembers a signal until the training can stop; a second Ctrl-C has its usual effect."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    def install(self) -> None:
        """Install the handlers; only possible in the main thread."""
        if threading.current_thread() is threading.main_thread():
            for signum in _SIGNALS:
                self._before.setdefault(signum, signal.getsignal(signum))
                signal.signal(signum, self._remember)

    def restore(self) -> None:
        """Put the earlier handlers back."""
        for signum, handler in self._before.items():
            signal.signal(signum, signal.SIG_DFL if handler is None else handler)
        self._before.clear()

    def name_and_number(self) -> tuple[str, int]:
        """Name and number of the received signal; SIGTERM if another rank has received it."""
        received = self.received or signal.SIGTERM
        return _NAMES.get(received, received.name), received.value

    def requeue(self) -> None:
        """Ask SLURM to requeue the job if it has sent SIGUSR1 because the time limit is near."""
        if self.received is not signal.SIGUSR1 or "SLURM_JOB_ID" not in os.environ:
            return
        array = os.environ.get("SLURM_ARRAY_JOB_ID")
        job = f"{array}_{os.environ.get('SLURM_ARRAY_TASK_ID')}" if array else os.environ["SLURM_JOB_ID"]
        try:
            subprocess.run(["scontrol", "requeue", job], check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError) as error:
            warnings.warn(f"SLURM could not requeue job {job}: {error}", InputWarning, stacklevel=2)

    def _remember(self, signum: int, frame: FrameType | None) -> None:
        if self.received is signal.SIGINT and signum == signal.SIGINT:
            signal.default_int_handler(signum, frame)
        self.received = signal.Signals(signum)
