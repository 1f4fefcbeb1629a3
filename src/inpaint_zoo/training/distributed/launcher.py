"""The processes of a training on this machine: how they are started, and what is said when one of them is lost."""

from __future__ import annotations

import contextlib
import os
import pickle
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
from lightning_fabric.plugins import ClusterEnvironment
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config.allowlist import bind_allowed
from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import LostProcessError, Stopped
from inpaint_zoo.runtime.first_error import connection_error

STOPPED = range(128, 160)
"""Exit codes of a process that was stopped by a signal, which the others have received as well."""
GRACE_SECONDS = 10
"""Time in which processes may notice by themselves that another has failed."""
END_SECONDS = 60
"""Time that the first process waits for the others to end after the training."""

Job = Callable[[DictConfig], object]


class OtherProcesses:
    """The processes of all further devices of this machine, which share the training in the body of `with`.

    They are started with the configuration of this process. Lightning would repeat the command line of this process:
    for a command with several jobs that is another job, and with the time in `run_dir` another folder. It would also
    kill this process when another one has ended. It starts none if the environment says that they are running.

    Args:
        trainer: A new Trainer of this process.
        job: The function that each process runs.
        config: The argument of `job`.
        lost_process: Describes a lost process; None if nothing is known.

    Raises:
        LostProcessError: Another process has ended, here or on another machine.
    """

    def __init__(
        self, trainer: pl.Trainer, job: Job, config: DictConfig, lost_process: Callable[[], str | None]
    ) -> None:
        self.trainer, self.job, self.config, self.lost_process = trainer, job, config, lost_process
        self.started: list[subprocess.Popen[bytes]] = []
        self._error_outputs: list[IO[bytes]] = []
        self._finished = threading.Event()

    def __enter__(self) -> None:
        """Start the processes unless they are started externally."""
        environment: ClusterEnvironment | None = getattr(self.trainer.strategy, "cluster_environment", None)
        if self.trainer.world_size == 1 or environment is None or environment.creates_processes_externally:
            return
        self._start(environment)
        os.environ["LOCAL_RANK"] = "0"  # tells Lightning that the processes are running
        threading.Thread(target=self._watch_children, daemon=True).start()

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Wait for the processes, and raise the error of one that has failed."""
        try:
            lost = None
            if error is None:
                self._wait(END_SECONDS)
            elif isinstance(error, Exception):
                lost = connection_error(error)
                if lost is None:
                    return
                self._wait(GRACE_SECONDS)
                lost = self._first_failure() or self.lost_process() or lost
            failure = lost or (self._first_failure() if error is None else None)
        finally:
            self._finished.set()
            for process, error_output in zip(self.started, self._error_outputs, strict=True):
                process.kill()
                error_output.close()
        if failure is not None:
            raise LostProcessError(failure) from error

    def _start(self, cluster: ClusterEnvironment) -> None:
        job = pickle.dumps((bind_allowed(self.job), self.config, _plain(HydraConfig.instance().cfg)))
        environment = {
            **os.environ,
            "MASTER_ADDR": cluster.main_address,
            "MASTER_PORT": str(cluster.main_port),
            "WORLD_SIZE": str(self.trainer.world_size),
        }
        for local_rank in range(1, self.trainer.num_devices):
            error_output = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
            process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(os.getpid())],
                env=environment | {"LOCAL_RANK": str(local_rank)},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=error_output,
            )
            self.started.append(process)
            self._error_outputs.append(error_output)
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(job)

    def _watch_children(self) -> None:
        """Abort this process if another has failed: its main thread may wait for the other one forever."""
        while not self._finished.wait(1):
            if any(_has_failed(process) for process in self.started) and not self._finished.wait(GRACE_SECONDS):
                abort(self._first_failure() or "another process has ended")

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        for process in self.started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))

    def _first_failure(self) -> str | None:
        """Describe the first process that has failed by the last line of its error output."""
        for number, (process, error_output) in enumerate(zip(self.started, self._error_outputs, strict=True), start=1):
            if _has_failed(process):
                error_output.seek(0)
                said = error_output.read().decode(errors="replace").strip()
                name = f"process {number} on this machine"
                if process.returncode < 0:
                    return f"{name} was killed by signal {-process.returncode}"
                if process.returncode == 2 and said:
                    return f"{name} failed: {said.splitlines()[-1]}"
                print(said, file=sys.stderr)  # a bug: show its traceback
                return f"{name} failed"
        return None


def abort(reason: str) -> None:
    """End this process at once with one line, although its main thread waits for another process."""
    if os.environ.get("LOCAL_RANK", "0") == "0":
        shown = "\033[?25h" if sys.stderr.isatty() else ""  # the progress bar has hidden the cursor
        print(f"{shown}\ninpaint-zoo train: error: {LostProcessError(reason)}", file=sys.stderr, flush=True)
    os._exit(2)


def _plain(config: Any) -> DictConfig:
    """A configuration without classes of launchers, which not every process can import, but with resolved times."""
    plain = OmegaConf.create({} if config is None else OmegaConf.to_container(config))
    assert isinstance(plain, DictConfig)
    if config is not None:
        OmegaConf.copy_cache(config, plain)
    return plain


def _has_failed(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() not in (None, 0, *STOPPED)


def _exit_with_parent(parent: int) -> None:
    """Exit when the parent process has ended, for which this one would otherwise wait half an hour.

    Its number comes from itself: it may have ended while this process imported torch, and have left it to another.
    """
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(2)


def _main() -> int:
    """Run the job in a process that `OtherProcesses` has started."""
    threading.Thread(target=_exit_with_parent, args=(int(sys.argv[1]),), daemon=True).start()
    setup_globals()  # registers the resolvers of `${now:...}` and `${hydra:...}`
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
