"""A study as two commands: a sweep that trains its variants, and a comparison of what it has trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, ListConfig

from inpaint_zoo.checks import seed_in_range
from inpaint_zoo.config.overrides import overridden_key, quote
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.run import run_verb
from inpaint_zoo.training.runs.files import CHECKPOINTS
from inpaint_zoo.training.runs.result import read_result

KEYS = ("title", "model", "reference", "variants", "quoted")
"""What the YAML file of a study has."""
QUOTED_KEYS = ("file", "table", "source", "rows")
"""What names a table of a paper."""
OWN_KEYS = ("study", "seeds", "evaluation", "run_dir", "experiment")
"""Keys of `ablate` that `train` does not have, or gets from the study."""
DECIDED = {"model": "study=", "seed": "seeds="}
"""Keys of `train` that the study decides, and what is given instead."""
TRAININGS, COMPARISON = "trainings", "comparison"
"""Folders of a study."""


@dataclass(frozen=True)
class Study:
    """The variants of a model, by the names that methods have."""

    folder: Path
    model: str
    variants: Mapping[str, str | None]
    """The experiment of each variant; None: the published recipe."""
    seeds: Sequence[int]
    overrides: Sequence[str]
    """What all trainings have in common."""
    experiments: str
    """Experiments that all trainings have in common, separated by commas; that of the variant is laid over them."""
    launcher: Sequence[str]
    """Settings of Hydra's launcher."""

    @classmethod
    def of_command_line(cls, config: DictConfig, folder: Path) -> Study:
        """The study that the running command describes.

        Args:
            config: As composed for `ablate`.
            folder: Of the study.

        Raises:
            InputError: A key is given that the study decides, one of its own is missing or wrong, or a seed is none.
        """
        _check_keys(config.study)
        job: Any = HydraConfig.get()
        given = {text: overridden_key(text) for text in job.overrides.task}
        for key in given.values():
            if key in DECIDED:
                raise InputError(f"{key}= is decided by the study: give {DECIDED[key]}")
        seeds = _different_seeds(config.seeds)
        groups = job.runtime.choices
        common = [
            text if key in groups or text[0] in "+~" else f"++{text}"  # a key that only the experiments have
            for text, key in given.items()
            if key.partition(".")[0] not in OWN_KEYS
        ]
        experiments = next((text.partition("=")[2] for text, key in given.items() if key == "experiment"), "")
        launcher = [text for text in job.overrides.hydra if text.startswith(("hydra/launcher", "hydra.launcher"))]
        variants = {str(name): own for name, own in config.study.variants.items()}
        return cls(folder, config.study.model, variants, seeds, common, experiments.strip("[]"), launcher)

    def train(self, task: Callable[[DictConfig], object]) -> None:
        """Start or resume the trainings that are not finished; one that fails does not end the others."""
        experiments = ",".join(self._experiment(own) for own in self.variants.values())
        seeds = ",".join(map(str, self.seeds))
        # seeds first: another seed is then added at the end, and the numbers of the jobs stay
        varied = [f"model={self.model}", f"seed={seeds}", f"experiment={experiments}"]
        where = f"run_dir={quote(str(self.folder / TRAININGS))}"
        run_verb("train", task, [*self.launcher, *self.overrides, *varied, where, "--multirun"])

    def _experiment(self, own: str | None) -> str:
        return f"[{','.join(name for name in (self.experiments, own) if name not in (None, '', 'null'))}]"

    def checkpoints(self) -> dict[str, Path]:
        """The last checkpoint of every training, by the name of its method: `VARIANT_SEED`.

        Raises:
            InputError: One has not ended well.
        """
        found = {}
        for place, seed in enumerate(self.seeds):
            for number, variant in enumerate(self.variants):
                run = self.folder / TRAININGS / str(place * len(self.variants) + number)
                if read_result(run) is None:
                    raise InputError(f"{variant} with seed {seed} has not been trained to its end: see {run}")
                found[method_name(variant, seed)] = run / CHECKPOINTS[0]
        return found

    def compare(self, task: Callable[[DictConfig], object], evaluation: Sequence[str]) -> Path:
        """Evaluate all trainings on the same images; returns the folder of the comparison.

        Args:
            task: What `compare` calls with a configuration.
            evaluation: Overrides of `compare`: images, masks, protocol.
        """
        folder = self.folder / COMPARISON
        methods = [f"methods.{name}={quote(str(path))}" for name, path in self.checkpoints().items()]
        own = [f"output={quote(str(folder))}", "costs=false"]
        run_verb("compare", task, [*own, *evaluation, *methods])
        return folder


def method_name(variant: str, seed: int) -> str:
    """The name of the method that a variant with a seed is in the comparison."""
    return f"{variant}_{seed}"


def _different_seeds(given: Any) -> list[int]:
    if not isinstance(given, ListConfig) or not given:
        raise InputError(f"seeds={given} must be a list with at least one value, such as [0,1]")
    seeds = [seed_in_range(seed, "seeds") for seed in given]
    if len(set(seeds)) < len(seeds):
        raise InputError("seeds: a value is given twice: leave one out")
    return seeds


def _check_keys(study: DictConfig) -> None:
    """Refuse a study that lacks something, before anything is trained."""
    for key in KEYS:
        if key not in study:
            raise InputError(f"study.{key} is missing: a study has {', '.join(KEYS)} (quoted may be null)")
    variants, quoted = study.variants, study.quoted
    if (
        not isinstance(variants, Mapping)
        or not variants
        or not all(isinstance(own, str | None) for own in variants.values())
    ):
        raise InputError("study.variants must be a mapping, such as {mine: EXPERIMENT, published: null}")
    if quoted is not None and not (isinstance(quoted, Mapping) and {*QUOTED_KEYS} <= quoted.keys()):
        raise InputError(f"study.quoted must be null, or a mapping with {', '.join(QUOTED_KEYS)}")
