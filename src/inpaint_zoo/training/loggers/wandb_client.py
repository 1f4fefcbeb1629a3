"""Start and end a run of the W&B client, so that an unreachable service costs seconds, not the training."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_LOCAL_ONLY: dict[str, Any] = {
    "console": "off",  # printed text stays on this machine
    "save_code": False,
    "disable_code": True,
    "disable_git": True,
    "x_save_requirements": False,
    "silent": True,  # we print what matters ourselves, in one line
}
"""Settings that keep code, the state of the repository, printed text and the list of packages on this machine."""
_FOLDERS = {"WANDB_DATA_DIR": "wandb", "WANDB_CACHE_DIR": "wandb/cache"}
"""Where the client keeps what is not yet sent, and its log: by itself in the home folder, which only grows."""
_FLUSH_SECONDS = 1.0
"""Interval at which the local file is written; what was logged since is lost if the machine crashes."""


def start_run(save_dir: Path, arguments: dict[str, Any], *, start_seconds: float, finish_seconds: float) -> Any:
    """Start or continue a run; offline, with a note, if the service cannot be reached or nobody is logged in.

    Args:
        save_dir: Where the client creates its folder `wandb/`.
        arguments: Arguments of `wandb.init`: id, project, group, ...
        start_seconds: How long to wait for the service.
        finish_seconds: How long to wait at the end for pending data to be sent.

    Raises:
        Exception: Any error of the client, if it cannot write offline either.
    """
    for name, folder in _FOLDERS.items():
        os.environ.setdefault(name, str(save_dir / folder))
    import wandb  # noqa: PLC0415 - slow to import, and an optional package

    settings = wandb.Settings(
        init_timeout=start_seconds,
        finish_timeout=finish_seconds,
        finish_timeout_raises=True,
        x_transaction_log_flush_interval=_FLUSH_SECONDS,
        **_LOCAL_ONLY,
    )
    # `create_new` does not touch a run that the calling program has open
    given = {**arguments, "dir": str(save_dir), "resume": "allow", "reinit": "create_new", "settings": settings}
    away = _why_offline(wandb)
    if away is None:
        try:
            run = wandb.init(**given)
        except Exception as error:  # errors of the client have no common base class
            away = f"W&B does not answer ({one_line(error)})"
            restart_client(wandb)  # it still holds the run that it could not start
    if away is not None:
        _log.warning("%s: continuing offline", away)
        run = wandb.init(**given, mode="offline")
    _log.info("W&B: %s", run.url if not run.offline else f"offline; to send it: {sync_command(run)}")
    return run


def restart_client(wandb: Any) -> None:
    """End the process of the client; the next run starts a new one."""
    with contextlib.suppress(Exception):
        wandb.teardown()


def within(seconds: float, work: Callable[[], None]) -> None:
    """Call a function in a separate thread, which is abandoned if it waits for the service too long.

    Raises:
        TimeoutError: The function has not returned in time.
        Exception: Any error of the function.
    """
    failed: list[Exception] = []

    def call() -> None:
        try:
            work()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"no answer in {seconds:g} s")
    if failed:
        raise failed[0]


def sync_command(run: Any) -> str:
    """The command that sends an offline run."""
    return f"wandb sync {shlex.quote(str(Path(run.dir).parent))}"


def one_line(error: BaseException) -> str:
    """The first 100 characters of an error message."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 100 else f"{text[:100]}…"


def _why_offline(wandb: Any) -> str | None:
    """Why the run cannot be online; None if it can be, or if the user has chosen another mode."""
    client = wandb.setup(wandb.Settings(silent=True))
    if client.settings.mode != "online":
        return None
    try:
        # without a prompt, at which a training in a terminal would wait
        logged_in = wandb.login(prompt=False, verify=False)
    except Exception as error:
        return f"W&B refuses the login ({one_line(error)})"
    return None if logged_in else "nobody is logged in to W&B (wandb login)"
