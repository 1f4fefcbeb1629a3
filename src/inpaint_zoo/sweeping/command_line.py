"""What each job of a sweep is as a command of its own."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import read_write

_OF_THE_SWEEP = (
    "hydra.mode=",
    "hydra.sweep.",
    "hydra.sweeper.",
    "hydra/sweeper=",
    "hydra.launcher.",
    "hydra/launcher=",
)
"""Settings of Hydra that say how jobs are started, which a job itself has no use for."""


def program_of(verb: str, argv: Sequence[str]) -> list[str]:
    """How this program was called, up to its verb."""
    words = verb.split()
    ends = [end for end in range(1, len(argv) + 1) if list(argv[max(end - len(words), 0) : end]) == words]
    return list(argv[: ends[0]] if ends else argv[:1])


@contextlib.contextmanager
def own_command_line(program: Sequence[str]) -> Iterator[None]:
    """Make the running job look like a run of its own to who starts processes from `sys.argv` (DDP does).

    Args:
        program: What stands before the overrides.
    """
    job: Any = HydraConfig.get()  # declared as a dataclass, in truth a node
    with read_write(job):
        job.run.dir = job.runtime.output_dir
    before = list(sys.argv)
    settings = [text for text in job.overrides.hydra if not text.startswith(_OF_THE_SWEEP)]
    sys.argv[:] = [*program, *job.overrides.task, *settings]
    try:
        yield
    finally:
        sys.argv[:] = before
