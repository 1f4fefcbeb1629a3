"""Handlers of the signals that stop a training."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import Any

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError, InputWarning

SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU")
"""What terminals and schedulers send to a process that is to end; those that a system lacks are passed over there."""
_SHOWN = {"SIGINT": "Ctrl-C"}
_OUTPUTS = (1, 2)


class StopSignals:
    """Remembers a signal until the training can stop; a second Ctrl-C has its usual effect.

    SIGHUP stays ignored in a process that ignores it (`nohup`).

    Args:
        names: The signals, such as `SIGTERM`.
        requeue: The one after which SLURM is asked to requeue the job; None for none.

    Raises:
        InputError: There is no such signal, or it cannot be handled.
    """

    def __init__(self, names: Sequence[str] = SIGNALS, requeue: str | None = "SIGUSR1") -> None:
        found = [_signal(str(name)) for name in names]
        self._signals = [signum for signum in found if signum is not None]
        if requeue is not None and requeue not in names:
            raise InputError(f"callbacks.last_checkpoint.requeue={requeue} is none of its signals: add it to them")
        self._requeue = None if requeue is None else _signal(requeue)
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._terminals: list[int] = []

    def install(self) -> None:
        """Install the handlers; only possible in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._terminals = [handle for handle in _OUTPUTS if os.isatty(handle)]
        for signum in self._signals:
            before = signal.getsignal(signum)
            if signum.name == "SIGHUP" and before == signal.SIG_IGN:
                continue
            self._before.setdefault(signum, before)
            signal.signal(signum, self._remember)

    def restore(self) -> None:
        """Put the earlier handlers back, unless Lightning has: one of its own would hold its trainer for good."""
        for signum, handler in self._before.items():
            if signal.getsignal(signum) == self._remember:
                signal.signal(signum, signal.SIG_DFL if handler is None else handler)
        self._before.clear()

    def name_and_number(self) -> tuple[str, int]:
        """Name and number of the received signal; SIGTERM if another rank has received it."""
        received = self.received or signal.SIGTERM
        return _SHOWN.get(received.name, received.name), received.value

    def requeue(self) -> None:
        """Ask SLURM to requeue the job if it has sent the signal that stands for this: the time limit is near."""
        if self.received is None or self.received is not self._requeue or "SLURM_JOB_ID" not in os.environ:
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
        self._leave_closed_terminals()

    def _leave_closed_terminals(self) -> None:
        """Send further output nowhere where the terminal has closed: each line would be an error before the save."""
        for handle in self._terminals:
            if not os.isatty(handle):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, handle)
                os.close(nowhere)


def _signal(name: str) -> signal.Signals | None:
    """The signal of a name; None if this system lacks it."""
    if name in ("SIGKILL", "SIGSTOP"):
        raise InputError(f"callbacks.last_checkpoint.signals: no process can handle {name}: leave it out")
    try:
        return signal.Signals[name]
    except KeyError:
        if name in SIGNALS:
            return None
        near = did_you_mean(name, SIGNALS)
        known = ", ".join(SIGNALS)
        raise InputError(f"callbacks.last_checkpoint.signals: {name} is no signal{near} ({known})") from None
