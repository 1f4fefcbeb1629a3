"""Event files of a run for TensorBoard."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.training.loggers.base import ShownImage, is_before


class TensorBoardEvents(TensorBoardLogger):
    """Metrics and images for TensorBoard, in `tensorboard/` of the run folder.

    Args:
        save_dir: The run folder.
        images: Whether to log the validation images.

    Raises:
        InputError: The package is missing.
    """

    def __init__(self, *, save_dir: Path, images: bool = True) -> None:
        if find_spec("tensorboard") is None:
            raise InputError("logger: the package tensorboard is missing: pip install 'inpaint-zoo[tensorboard]'")
        # hparams would repeat config.yaml
        super().__init__(save_dir, name="", version="tensorboard", default_hp_metric=False)
        self.images = images

    @rank_zero_only
    def log_hyperparams(self, *_: Any, **__: Any) -> None:
        """Log nothing: the configuration is in `config.yaml`."""

    @rank_zero_only
    def rewind(self, num_steps: int, *, validated: bool) -> None:
        """Drop the events after a checkpoint: a killed run has often logged more than it has saved."""
        for path in sorted(Path(self.log_dir).glob("events.out.tfevents.*")):
            content = path.read_bytes()
            records = list(_records(content))
            kept = [record for record in records if _belongs(record, num_steps, validated=validated)]
            if sum(map(len, kept)) < len(content):
                write_bytes(path, kept)

    @rank_zero_only
    def log_images(self, images: Sequence[ShownImage], step: int) -> None:
        """Log these images under `images/COLUMN/NAME`."""
        if not self.images:
            return
        for shown in images:
            for column, image in shown.columns.items():
                self.experiment.add_image(f"images/{column}/{shown.name}", image, step, dataformats="HWC")
        self.experiment.flush()

    @rank_zero_only
    def save(self) -> None:
        """Write pending events, but not the `hparams.yaml` of Lightning's logger."""
        self.experiment.flush()


_LENGTH, _CHECKSUM = struct.Struct("<Q"), 4


def _records(content: bytes) -> Iterator[bytes]:
    """The complete records of an event file: length, checksum, event, checksum; a kill may have cut off the last."""
    position, around = 0, _LENGTH.size + 2 * _CHECKSUM
    while position + around <= len(content):
        end = position + around + _LENGTH.unpack_from(content, position)[0]
        if end > len(content):
            return
        yield content[position:end]
        position = end


def _belongs(record: bytes, num_steps: int, *, validated: bool) -> bool:
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - parts of an optional package
    from tensorboard.compat.proto.event_pb2 import Event  # noqa: PLC0415

    try:
        event = Event.FromString(record[_LENGTH.size + _CHECKSUM : -_CHECKSUM])
    except DecodeError:  # damaged, and unreadable for TensorBoard as well
        return False
    tags = [value.tag for value in event.summary.value]
    return not tags or is_before(event.step, tags, num_steps, validated=validated)
