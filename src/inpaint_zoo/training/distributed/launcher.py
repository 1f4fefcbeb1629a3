"""The processes of a training on this machine: how they are started, and what is said when one of them is lost."""

from __future__ import annotations

import contextlib
import os
import pickle
import re
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from typing import IO, Any

import pytorch_lightning as pl
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import setup_globals
from lightning_fabric.plugins.environments import ClusterEnvironment
from omegaconf import DictConfig, OmegaConf
from torch import distributed as dist

from inpaint_zoo.config.allowlist import carried
from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import InputError, Stopped

STOPPED = range(128, 160)
"""Exit codes of a process that a signal told to stop, as it told the others."""
GRACE_SECONDS = 10
"""For which processes may find out by themselves that another has failed."""
END_SECONDS = 60
"""For which the first process waits for the end of the others when all have done their work."""

Job = Callable[[DictConfig], object]


class LostProcessError(InputError):
    """A training cannot go on because one of its processes has ended, or cannot be reached."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; go on with the same command and ckpt_path=last (with run_dir= of this run)")


class OtherProcesses:
    """The processes for all further devices of this machine, while the body of `with` shares a training with them.

    They get the configuration that this process has. Lightning would run the command line of this process again: with
    several jobs on one command line that is another job, and with a time in `run_dir` another folder. It would also
    kill this process when another one has ended. It starts none where the environment says that somebody else has.

    Args:
        trainer: Of this process; has not been used.
        job: Run by each process.
        config: What `job` is run with.
        reason: Says why a process was lost, where that is known.

    Raises:
        LostProcessError: Another process has ended, here or on another machine.
    """

    def __init__(self, trainer: pl.Trainer, job: Job, config: DictConfig, reason: Callable[[], str | None]) -> None:
        self.trainer, self.job, self.config, self.reason = trainer, job, config, reason
        self.started: list[subprocess.Popen[bytes]] = []
        self._complaints: list[IO[bytes]] = []
        self._over = threading.Event()

    def __enter__(self) -> None:
        """Start them where nobody else has."""
        environment: ClusterEnvironment | None = getattr(self.trainer.strategy, "cluster_environment", None)
        if self.trainer.world_size == 1 or environment is None or environment.creates_processes_externally:
            return
        self._start(environment)
        os.environ["LOCAL_RANK"] = "0"  # says to Lightning that the processes are there
        threading.Thread(target=self._observe, daemon=True).start()

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Wait for them, and say what has become of them."""
        try:
            lost = None
            if error is None:
                self._wait(END_SECONDS)
            elif isinstance(error, Exception):
                lost = network_complaint(error)
                if lost is None:
                    return
                self._wait(GRACE_SECONDS)
                lost = self._complaint() or self.reason() or lost
            complaint = lost or (self._complaint() if error is None else None)
        finally:
            self._over.set()
            for process, complaints in zip(self.started, self._complaints, strict=True):
                process.kill()
                complaints.close()
        if complaint is not None:
            raise LostProcessError(complaint) from error

    def _start(self, cluster: ClusterEnvironment) -> None:
        job = pickle.dumps((carried(self.job), self.config, _plain(HydraConfig.instance().cfg)))
        environment = {
            **os.environ,
            "MASTER_ADDR": cluster.main_address,
            "MASTER_PORT": str(cluster.main_port),
            "WORLD_SIZE": str(self.trainer.world_size),
        }
        for local_rank in range(1, self.trainer.num_devices):
            complaints = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
            process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                env=environment | {"LOCAL_RANK": str(local_rank)},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
            self.started.append(process)
            self._complaints.append(complaints)
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(job)

    def _observe(self) -> None:
        """End this process when another has failed and this one waits for it, which only the system can end."""
        while not self._over.wait(1):
            if any(_has_failed(process) for process in self.started) and not self._over.wait(GRACE_SECONDS):
                give_up(self._complaint() or "another process has ended")

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        for process in self.started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))

    def _complaint(self) -> str | None:
        """What the first process that has failed said at last."""
        for number, (process, complaints) in enumerate(zip(self.started, self._complaints, strict=True), start=1):
            if _has_failed(process):
                complaints.seek(0)
                said = complaints.read().decode(errors="replace").strip()
                name = f"process {number} on this machine"
                if process.returncode < 0:
                    return f"{name} was killed by signal {-process.returncode}"
                if process.returncode == 2 and said:
                    return f"{name} failed: {said.splitlines()[-1]}"
                print(said, file=sys.stderr)  # a bug, whose traceback is wanted
                return f"{name} failed"
        return None


def network_complaint(error: BaseException) -> str | None:
    """What is said of an error that comes from the connection to other processes; None for any other error."""
    first_line = str(error).partition("\n")[0]
    about_gloo = "gloo" in first_line or "Connection closed by peer" in first_line
    if isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and about_gloo):
        # without the place in torch's sources before it and the guesses after it
        said = re.sub(r"^\[[^]]*:\d+\] *", "", first_line).partition(". ")[0]
        return f"the connection to another process is lost ({said[:160]})"
    return None


def give_up(reason: str) -> None:
    """End this process at once, with one line, while its main thread waits for what will never come."""
    if os.environ.get("LOCAL_RANK", "0") == "0":
        shown = "\033[?25h" if sys.stderr.isatty() else ""  # the progress bar has hidden the cursor
        print(f"{shown}\ninpaint-zoo train: error: {LostProcessError(reason)}", file=sys.stderr, flush=True)
    os._exit(2)


def _plain(config: Any) -> DictConfig:
    """A configuration without the classes of launchers, which not every process can load, and with its one time."""
    plain = OmegaConf.create({} if config is None else OmegaConf.to_container(config))
    assert isinstance(plain, DictConfig)
    if config is not None:
        OmegaConf.copy_cache(config, plain)
    return plain


def _has_failed(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() not in (None, 0, *STOPPED)


def _end_with(parent: int) -> None:
    """A process without the one that has started it is of no use, and would wait for it for half an hour."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(2)


def _main() -> int:
    """What a process that `OtherProcesses` has started does."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    setup_globals()  # what `${now:...}` and `${hydra:...}` in the configuration mean
    job, config, hydra = pickle.load(sys.stdin.buffer)
    HydraConfig.instance().cfg = hydra
    try:
        job(config)
    except Stopped as stop:
        return 128 + stop.signum
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        reason = explain(error)
        if reason is None:
            traceback.print_exception(error)
            return 1
        print(reason, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(_main())
