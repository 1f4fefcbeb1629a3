"""`inpaint-zoo tune`: search settings of a training with Optuna."""

from __future__ import annotations

from omegaconf import DictConfig

from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.main import task_of
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import output_dir
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.search.search import Search, Training
from inpaint_zoo.jobs.search.space import parse_space
from inpaint_zoo.jobs.search.study import load_optuna, open_study
from inpaint_zoo.training.monitor import Monitor

OWN_KEYS = ("search", "trials", "sampler_seed", "sampler", "pruner", "run_dir")
"""Keys that `train` does not have, or gets from the search."""


def run(config: DictConfig) -> float | None:
    """Run the search; returns the best value of the metric that `monitor` names."""
    load_optuna()
    folder = output_dir()
    training = Training.of_command_line(task_of("train"), OWN_KEYS)
    space = parse_space(config.search)
    num_trials = at_least(1, config.trials, "trials")
    training.check(space, folder)
    pruner = None if config.pruner is None else construct(config.pruner)
    search = Search(
        folder=folder,
        study=open_study(folder, pruner, config.mode),
        space=space,
        training=training,
        sampler=lambda seed: construct(config.sampler, seed=seed),
        seed=config.sampler_seed,
        pruner=config.pruner,
        monitor=Monitor.of(config),
    )
    search.store_settings({key: str(value) for key, value in config.search.items()})
    search.run(num_trials)
    best = search.report()
    if best is None:
        raise InputError(f"no trial of {num_trials} has finished: see failure.txt in the folders of {folder}")
    return best
