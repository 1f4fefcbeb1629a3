"""A few samples that never change, to test whether a model can overfit them."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Dataset

from inpaint_zoo.checks import at_least
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.dataset import Sample
from inpaint_zoo.data.sampler import Key


class FixedSamples(Dataset[Sample]):
    """The first samples of a training stream, with the same crop and mask in every epoch.

    Args:
        dataset: The training samples, which differ from epoch to epoch.
        num_samples: How many are used; a larger index starts again with the first.
        length: The reported length.
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
    """Use the same few samples for training and validation, after `data.setup`.

    Raises:
        InputError: `num_samples` is less than 1.
    """
    dataset: Any = data.train_dataset
    num_samples = min(at_least(1, num_samples, "overfit_samples"), len(dataset))
    datasets: Any = data
    # an epoch keeps its length, so that any batch size is possible
    datasets.train_dataset = FixedSamples(dataset, num_samples=num_samples, length=len(dataset))
    datasets.val_dataset = FixedSamples(dataset, num_samples=num_samples, length=num_samples)
