"""The logger for Weights & Biases (W&B)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lightning_fabric.loggers.logger import rank_zero_experiment
from pytorch_lightning.loggers.logger import Logger
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.training.loggers.base import ShownImage, WorstImage
from inpaint_zoo.training.loggers.run_id import RunIdentity, stored_run_id
from inpaint_zoo.training.loggers.wandb_client import one_line, restart_client, start_run, sync_command, within

_log = logging.getLogger(__name__)

STEP = "trainer/global_step"
"""Horizontal axis of every chart: optimizer steps. W&B's own counter never decreases, even if steps are repeated."""
_CLASSES = {0: "known", 1: "hole"}


class WandbRun(Logger):
    """Metrics, images, the worst images, best values, configuration and checkpoints of a training.

    Each run folder belongs to one run of W&B: the id is stored there, so that a resumed training continues the same
    run. A training never ends because of W&B: if the service cannot be reached, the run continues offline, and errors
    of the client are only printed as notes.

    Args:
        save_dir: The run folder.
        project: Project in W&B.
        entity: User or team; None for the user who is logged in.
        name: Name of the run; None for model, seed and id, or in a sweep the job.
        group: Group of the run; None for the sweep that it is a job of, if there is one.
        tags: Tags of the run.
        images: Whether to send validation images.
        checkpoints: Whether to send `best.ckpt` and `last.ckpt` when the training has finished.
        start_seconds: How long to wait for the service before the run continues offline.
        finish_seconds: How long to wait at the end for pending data to be sent.
    """

    def __init__(
        self,
        *,
        save_dir: Path,
        project: str = "inpaint-zoo",
        entity: str | None = None,
        name: str | None = None,
        group: str | None = None,
        tags: Sequence[str] = (),
        images: bool = True,
        checkpoints: bool = True,
        start_seconds: float = 20,
        finish_seconds: float = 120,
    ) -> None:
        super().__init__()
        self._folder = save_dir
        self.images = images
        self.checkpoints = checkpoints
        self._seconds = {"start_seconds": start_seconds, "finish_seconds": finish_seconds}
        self._arguments: dict[str, Any] = {"project": project, "entity": entity, "tags": list(tags)}
        self._given = {"name": name, "group": group}
        self._identity = RunIdentity("run", None, None)
        self._config: Mapping[str, Any] = {}
        self._run: Any = None
        self._ended = False
        self._noted: set[str] = set()

    def identify(self, identity: RunIdentity, config: Mapping[str, Any]) -> None:
        """Set the identity and the configuration of the run, before it starts.

        Args:
            identity: What the name of the run is made of.
            config: The resolved configuration, as plain values.
        """
        self._identity, self._config = identity, config

    @property
    def name(self) -> str:
        """The project."""
        return str(self._arguments["project"])

    @property
    def version(self) -> str | None:
        """The run's id; None before it starts."""
        return None if self._run is None else str(self._run.id)

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:
        """The client's run, started at the first access; None after W&B has failed or the training has ended."""
        if self._run is None and not self._ended:
            with self._noted_errors("start"):
                self._start()
            self._ended = self._run is None
            if self._run is not None:
                with self._noted_errors("send the configuration"):
                    seconds = self._seconds["start_seconds"]
                    within(seconds, partial(self._send_files, self._run, "config", ["config.yaml"]))
        return self._run

    def _start(self) -> None:
        run_id = stored_run_id(self._folder, in_sweep=self._identity.sweep is not None)
        arguments = {
            **self._arguments,
            "id": run_id,
            "name": self._given["name"] or self._identity.name(run_id),
            "group": self._given["group"] or self._identity.sweep,
            "config": dict(self._config),
        }
        self._run = start_run(self._folder, arguments, **self._seconds)
        self._run.define_metric(STEP)
        self._run.define_metric("*", step_metric=STEP)

    @rank_zero_only
    def log_hyperparams(self, *_: Any, **__: Any) -> None:
        """Log nothing: the whole configuration is sent when the run starts."""

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Log numbers at an optimizer step."""
        self._log(metrics, step)

    @rank_zero_only
    def log_images(self, images: Sequence[ShownImage], step: int) -> None:
        """Log these images in one panel per column, `images/composite`, with their holes as masks."""
        if not self.images or not images or self.experiment is None:
            return
        with self._noted_errors("show images"):
            columns = images[0].columns
            panels = {f"images/{key}": [_image(shown, key, shown.name) for shown in images] for key in columns}
            self._log(panels, step)

    @rank_zero_only
    def log_best(self, values: Mapping[str, float]) -> None:
        """Store these values in the summary of the run, under `best/`."""
        if self.experiment is not None:
            with self._noted_errors("keep the best values"):
                self._run.summary.update({f"best/{key.removeprefix('val/')}": value for key, value in values.items()})

    @rank_zero_only
    def log_worst(self, images: Sequence[WorstImage], step: int) -> None:
        """Log the worst images as the table `val/worst`."""
        if not self.images or not images or self.experiment is None:
            return
        with self._noted_errors("show the worst images"):
            import wandb  # noqa: PLC0415

            columns = list(images[0].shown.columns)
            rows = [
                [worst.shown.name, worst.hole_psnr, worst.ratio, *(_image(worst.shown, key) for key in columns)]
                for worst in images
            ]
            self._log({"val/worst": wandb.Table(columns=["name", "hole_psnr", "ratio", *columns], data=rows)}, step)

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """Send the checkpoints of a finished training, wait until pending data are sent, and end the run."""
        run, success = self._run, status == "success"
        if run is None:
            return
        if success and self.checkpoints:
            with self._noted_errors("send the checkpoints"):
                seconds = self._seconds["finish_seconds"]
                within(seconds, partial(self._send_files, run, "model", ["best.ckpt", "last.ckpt"]))
        self._ended, self._run = True, None
        with self._noted_errors("end the run"):
            try:
                run.finish(exit_code=0 if success else 1)
            except TimeoutError:
                seconds = self._seconds["finish_seconds"]
                _log.warning("W&B: not everything was sent in %g s; to send it: %s", seconds, sync_command(run))

    def _log(self, values: Mapping[str, Any], step: int | None) -> None:
        if self.experiment is not None:
            with self._noted_errors("log"):
                self._run.log({**values, **({} if step is None else {STEP: step})})

    def _send_files(self, run: Any, kind: str, names: Sequence[str]) -> None:
        import wandb  # noqa: PLC0415

        artifact = wandb.Artifact(f"{kind}-{run.id}", type=kind)
        for path in map(self._folder.joinpath, names):
            if path.is_file():
                # no copy into a cache: checkpoints are large, and the run folder stays
                artifact.add_file(str(path), policy="immutable", skip_cache=True)
        run.log_artifact(artifact)

    @contextlib.contextmanager
    def _noted_errors(self, doing: str) -> Iterator[None]:
        """Turn an error of the client into a note; if its process is lost, stop logging to it."""
        try:
            yield
        except Exception as error:  # no error of the client may end the training
            lost = isinstance(error, OSError) and not isinstance(error, TimeoutError)
            if lost:
                import wandb  # noqa: PLC0415

                self._ended, self._run = True, None
                restart_client(wandb)
            rest = "the rest of this training is not logged (metrics.csv has it)" if lost else "training continues"
            note = f"W&B could not {doing} ({one_line(error)}): {rest}"
            if note not in self._noted:
                self._noted.add(note)
                _log.warning("%s", note)


def _image(shown: ShownImage, column: str, caption: str | None = None) -> Any:
    import wandb  # noqa: PLC0415

    hole = {"mask_data": shown.hole.astype("uint8"), "class_labels": _CLASSES}
    return wandb.Image(shown.columns[column], caption=caption, masks={"hole": hole})
