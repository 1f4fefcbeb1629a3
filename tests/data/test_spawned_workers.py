"""Worker processes that are started afresh, as on macOS and Windows: what they get, and that the stream is the same."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

import pytest
import torch

from inpaint_zoo.data import FolderDataModule, InpaintingDataModule, PhotographsDataModule, WebDatasetDataModule
from inpaint_zoo.data.overfitting import overfit

Write = Callable[..., Path]
Make = Callable[..., Any]
NAMES = [f"{split}/{number}.png" for split in ("train", "val", "test") for number in range(4)]
SPLITS = ("train", "val", "test")


class Trainer:
    """Stays in its process."""

    global_rank, world_size = 0, 1

    def __reduce__(self) -> Never:
        raise AssertionError("a worker gets the trainer")


@pytest.fixture
def sources(  # noqa: PLR0917 - fixtures
    write_images: Write, folder_data: Make, list_data: Make, partition_data: Make, write_shard: Make, jpeg: Make,
    masks: Write, tmp_path: Path,
) -> dict[str, InpaintingDataModule]:  # fmt: skip
    """A data module of every kind, with its trainer."""
    root = write_images(*NAMES)
    masks(*NAMES, folder="images/masks", width=24, height=20)
    flat = write_images(*(f"{number}.png" for number in range(100)), folder="flat")
    faces = write_images(*(f"faces/{number}.png" for number in range(12)), folder="celeba")
    (faces / "partition.txt").write_text("".join(f"{number}.png {number % 3}\n" for number in range(12)))
    lists = {}
    for split in SPLITS:
        paths = [f"{split}/{number}.png" for number in range(4)]
        (root / f"{split}.txt").write_text("\n".join(paths))
        (root / f"{split}.tsv").write_text("\n".join(f"{path}\tmasks/{path}" for path in paths))
        lists[split] = (root / f"{split}.txt", root / f"{split}.tsv")
        write_shard(f"shards/{split}.tar", *((f"{number}.jpg", jpeg(number)) for number in range(4)))
    like = folder_data(root=root)
    loading = {name: like.__dict__[name] for name in _LOADING} | {"exclude": None, "on_error": "raise"}
    shards = {"root": str(tmp_path / "shards"), "image_suffixes": ["jpg"], "mask_suffix": None, "shard_in_name": False}
    shards |= {split: f"{split}.tar" for split in SPLITS} | {"mask_threshold": 128, "mask_invert": False}
    made = {
        "folder": like,
        "folder with masks": folder_data(root=root, masks="masks"),
        "flat folder": folder_data(root=flat),
        "list": list_data(**{split: paths[0] for split, paths in lists.items()}),
        "list with masks": list_data(**{split: paths[1] for split, paths in lists.items()}),
        "partition": partition_data(root=faces),
        "shards": WebDatasetDataModule(**loading, **shards),
        "photographs": PhotographsDataModule(**loading),
    }
    for data in made.values():
        data.trainer = Trainer()  # type: ignore[assignment]
        data.setup("fit")
        data.setup("test")
    return made


_LOADING = (
    "mask", "eval_mask", "size", "center_crop", "resize", "flip_probability", "samples_per_epoch", "eval_repeats",
    "batch_size", "eval_batch_size", "num_workers", "seed", "eval_seed",
)  # fmt: skip


def samples(data: InpaintingDataModule, through: Callable[[Any], Any]) -> list[Any]:
    return [through(getattr(data, f"{split}_dataset"))[0] for split in SPLITS]


def equal(first: list[Any], second: list[Any]) -> bool:
    return all(
        one["name"] == other["name"]
        and torch.equal(one["image"], other["image"])
        and torch.equal(one["mask"], other["mask"])
        for one, other in zip(first, second, strict=True)
    )


def sent(dataset: Any) -> Any:
    return pickle.loads(pickle.dumps(dataset))


def test_what_a_worker_gets_gives_the_same_samples(sources: dict[str, InpaintingDataModule]) -> None:
    for name, data in sources.items():
        assert equal(samples(data, lambda dataset: dataset), samples(data, sent)), name
        overfit(data, 2)
        assert equal(samples(data, lambda dataset: dataset), samples(data, sent)), name


class BrighterImages(FolderDataModule):
    """A data module of one's own that replaces `read_image`."""

    def read_image(self, path: Any, at_least: tuple[int, int] | None = None) -> Any:
        assert self.trainer is None
        return super().read_image(path, at_least) // 2 + 128


def test_a_worker_reads_images_as_the_data_module_does(sources: dict[str, InpaintingDataModule]) -> None:
    data = sources["folder"]
    data.__class__ = BrighterImages
    data.__dict__.pop("train_dataset")
    assert samples(data, sent)[0]["image"].min() >= 128 / 255
    assert isinstance(data.trainer, Trainer)


def test_a_worker_gets_the_images_once(sources: dict[str, InpaintingDataModule]) -> None:
    """Neither the lists of other splits nor those that they were made from."""
    dataset = sources["flat folder"].train_dataset
    names_and_paths = pickle.dumps(dataset).count(b".png")
    assert names_and_paths == 2 * len(dataset) < 200


@pytest.mark.slow
@pytest.mark.parametrize(("method", "source"), [("spawn", "shards"), ("forkserver", "folder")])
def test_the_stream_is_that_of_the_main_process(
    sources: dict[str, InpaintingDataModule], method: str, source: str
) -> None:
    data = sources[source]
    data.trainer = None
    alone = list(data.train_dataloader())
    data.num_workers = 2
    loader: Any = data.train_dataloader()
    loader.multiprocessing_context = method
    for one, other in zip(alone, loader, strict=True):
        assert one["name"] == other["name"]
        assert torch.equal(one["image"], other["image"])
        assert torch.equal(one["mask"], other["mask"])
