"""Starting and ending a run of the W&B client so that a service that is away costs seconds, not the training."""

from __future__ import annotations

import contextlib
import logging
import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_LOCAL_ONLY: dict[str, Any] = {
    "console": "off",  # what is printed stays here
    "save_code": False,
    "disable_code": True,
    "disable_git": True,
    "x_save_requirements": False,
    "silent": True,  # we say ourselves what matters, in one line
}
"""What is never sent: code, the state of the repository, the terminal's text, the list of packages."""
_FLUSH_SECONDS = 1.0
"""Of the local file; what was logged in the last of them is lost when the machine dies."""


def start_run(save_dir: Path, arguments: dict[str, Any], *, start_seconds: float, finish_seconds: float) -> Any:
    """Start or go on with a run; offline, with a note, where the service cannot be reached or nobody is logged in.

    Args:
        save_dir: Where the client makes its folder `wandb/`.
        arguments: Of `wandb.init`: id, project, group, ...
        start_seconds: How long to wait for the service.
        finish_seconds: How long to wait at the end for what is still to be sent.

    Raises:
        Exception: Whatever the client raises where it cannot write offline either.
    """
    import wandb  # noqa: PLC0415 - slow to import, and only for who tracks with it

    settings = wandb.Settings(
        init_timeout=start_seconds,
        finish_timeout=finish_seconds,
        finish_timeout_raises=True,
        x_transaction_log_flush_interval=_FLUSH_SECONDS,
        **_LOCAL_ONLY,
    )
    # `create_new`: a run that the caller's own program has open is left alone
    given = {**arguments, "dir": str(save_dir), "resume": "allow", "reinit": "create_new", "settings": settings}
    away = _why_offline(wandb)
    if away is None:
        try:
            run = wandb.init(**given)
        except Exception as error:  # its errors share no base class
            away = f"W&B does not answer ({one_line(error)})"
            restart_client(wandb)  # which still holds on to the run that it could not start
    if away is not None:
        _log.warning("%s: going on offline", away)
        run = wandb.init(**given, mode="offline")
    _log.info("W&B: %s", run.url if not run.offline else f"offline; to send it: {sync_command(run)}")
    return run


def restart_client(wandb: Any) -> None:
    """Let go of the client's process; the next run starts a new one."""
    with contextlib.suppress(Exception):
        wandb.teardown()


def within(seconds: float, work: Callable[[], None]) -> None:
    """Do some work in a thread of its own; what waits for the service forever goes on waiting there.

    Raises:
        TimeoutError: It has not ended.
        Exception: Whatever the work raises.
    """
    failed: list[Exception] = []

    def attempt() -> None:
        try:
            work()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"no answer in {seconds:g} s")
    if failed:
        raise failed[0]


def sync_command(run: Any) -> str:
    """What sends a run that lies here."""
    return f"wandb sync {shlex.quote(str(Path(run.dir).parent))}"


def one_line(error: BaseException) -> str:
    """The beginning of an error's text."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 100 else f"{text[:100]}…"


def _why_offline(wandb: Any) -> str | None:
    """Why the run cannot be sent now; None where it can, or where the user has chosen another mode himself."""
    client = wandb.setup(wandb.Settings(silent=True))
    if client.settings.mode != "online":
        return None
    try:
        # without a prompt, for which a training in a terminal would wait
        logged_in = wandb.login(prompt=False, verify=False)
    except Exception as error:
        return f"W&B refuses the login ({one_line(error)})"
    return None if logged_in else "nobody is logged in to W&B (wandb login)"
