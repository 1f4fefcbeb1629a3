"""What Hydra finds by itself, as it looks for plugins in packages of this name: our sweeper, and further folders.

Hydra imports this module at every start, so that it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hydra.core.config_search_path import ConfigSearchPath
from hydra.plugins.search_path_plugin import SearchPathPlugin
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from inpaint_zoo.config.compose import further_folders


class FurtherFolders(SearchPathPlugin):
    """Lets Hydra look for YAML files in the folder that `--config-dir` names and in those of extensions."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Add the folders, after `conf/`."""
        for provider, folder in further_folders():
            search_path.append(provider, f"file://{folder}")


class ResumableSweeper(Sweeper):
    """Checks all jobs before the first one starts, lets each fail for itself, and skips what is finished.

    Args:
        max_batch_size: How many jobs a launcher is handed at a time; None: all.
        params: Further values by key, as Hydra's own sweeper takes them from a YAML file; the command line wins.
    """

    def __init__(self, max_batch_size: int | None = None, params: Mapping[str, Any] | None = None) -> None:
        self.max_batch_size = max_batch_size
        self.params = dict(params or {})

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra hands over."""
        self._given: tuple[HydraContext, DictConfig, Any] = (hydra_context, config, task_function)

    def sweep(self, arguments: list[str]) -> Any:
        """Run the jobs; returns how the worst of them ended."""
        from inpaint_zoo.jobs.sweep.sweep import run_sweep  # noqa: PLC0415 (not at every start)

        overrides = [*(f"{key}={values}" for key, values in self.params.items()), *arguments]
        return run_sweep(*self._given, overrides, self.max_batch_size)
