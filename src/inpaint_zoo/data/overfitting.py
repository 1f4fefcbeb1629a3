"""A few samples that are always the same, to see whether a model learns them by heart."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Dataset

from inpaint_zoo.checks import at_least
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.dataset import Sample
from inpaint_zoo.data.sampler import Key


class FixedSamples(Dataset[Sample]):
    """The first samples of a training stream: their images with one crop and one mask each, for good.

    Args:
        dataset: Of training; its samples differ from epoch to epoch.
        num_samples: How many; a larger index starts again with the first.
        length: How many there seem to be.
    """

    def __init__(self, dataset: Dataset[Any], *, num_samples: int, length: int) -> None:
        self.dataset = dataset
        self.num_samples = num_samples
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, key: Key | int) -> Sample:
        index = (key.index if isinstance(key, Key) else key) % self.num_samples
        sample: Sample = self.dataset[Key(0, index, 0)]
        return sample


def overfit(data: InpaintingDataModule, num_samples: int) -> None:
    """Let training and validation see the same few samples, after `data.setup`.

    Raises:
        InputError: There is none.
    """
    dataset: Any = data.train_dataset
    num_samples = min(at_least(1, num_samples, "overfit_samples"), len(dataset))
    datasets: Any = data
    # an epoch keeps its length, so that any batch size goes
    datasets.train_dataset = FixedSamples(dataset, num_samples=num_samples, length=len(dataset))
    datasets.val_dataset = FixedSamples(dataset, num_samples=num_samples, length=num_samples)
