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
from lightning_fabric.utilities.distributed import _set_num_threads_if_needed
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.strategies.launchers.subprocess_script import _SubprocessScriptLauncher
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


class Launcher(_SubprocessScriptLauncher):
    """Starts a process for each further device with the configuration that this process has.

    Lightning's own launcher runs the command line of this process again: with several jobs on one command line that is
    another job, and with a time in `run_dir` another folder. It also kills this process when a child has ended.

    Args:
        replaced: What Lightning would use.
        job: Run by each process.
        config: What `job` is run with.
        reason: Says why a process was lost, where that is known.
    """

    def __init__(
        self, replaced: _SubprocessScriptLauncher, job: Job, config: DictConfig, reason: Callable[[], str | None]
    ) -> None:
        super().__init__(replaced.cluster_environment, replaced.num_processes, replaced.num_nodes)
        self.job, self.config, self.reason = job, config, reason
        self._complaints: list[IO[bytes]] = []
        self._over = threading.Event()

    def launch(self, function: Callable[..., Any], *args: Any, trainer: pl.Trainer | None = None, **kwargs: Any) -> Any:
        """Start the others where nobody else has, call `function`, wait for the others.

        Raises:
            LostProcessError: Another process has ended, here or on another machine.
        """
        self.cluster_environment.validate_settings(num_devices=self.num_processes, num_nodes=self.num_nodes)
        try:
            if not self.cluster_environment.creates_processes_externally:
                self._call_children_scripts()
                threading.Thread(target=self._observe, daemon=True).start()
            _set_num_threads_if_needed(num_processes=self.num_processes)
            result = function(*args, **kwargs)
            self._wait(END_SECONDS)
            complaint = self._complaint()
        except Exception as error:
            lost = network_complaint(error)
            if lost is None:
                raise
            self._wait(GRACE_SECONDS)
            raise LostProcessError(self._complaint() or self.reason() or lost) from error
        finally:
            self._over.set()
            for process in self.procs:
                process.kill()
        if complaint is not None:
            raise LostProcessError(complaint)
        return result

    def _call_children_scripts(self) -> None:
        self._check_can_spawn_children()
        self.procs, self._complaints = [], []
        job = pickle.dumps((carried(self.job), self.config, _plain(HydraConfig.instance().cfg)))
        environment = {
            **os.environ,
            "MASTER_ADDR": self.cluster_environment.main_address,
            "MASTER_PORT": str(self.cluster_environment.main_port),
            "WORLD_SIZE": str(self.num_processes * self.num_nodes),
        }
        for local_rank in range(1, self.num_processes):
            complaints = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
            process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                env=environment | {"LOCAL_RANK": str(local_rank)},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
            self.procs.append(process)
            self._complaints.append(complaints)
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(job)

    def _observe(self) -> None:
        """End this process when another has failed and this one waits for it, which only the system can end."""
        while not self._over.wait(1):
            if any(_has_failed(process) for process in self.procs) and not self._over.wait(GRACE_SECONDS):
                give_up(self._complaint() or "another process has ended")

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        for process in self.procs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))

    def _complaint(self) -> str | None:
        """What the first process that has failed said at last."""
        for number, (process, complaints) in enumerate(zip(self.procs, self._complaints, strict=True), start=1):
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
    """What a process that `Launcher` has started does."""
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
