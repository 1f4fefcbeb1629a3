"""Images in shards give the same stream as in a folder."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
import webdataset
from torch import Tensor

from inpaint_zoo.data import (
    FolderDataModule,
    InpaintingDataModule,
    WebDatasetDataModule,
)
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.manifest import describe_samples
from inpaint_zoo.files.hashing import file_hash

WriteShard = Callable[..., Path]
FolderData = Callable[..., FolderDataModule]
Data = Callable[..., WebDatasetDataModule]
NUM_SHARDS = 200
NUM_IMAGES = 300

pytestmark = [
    # loading in the main process is what some of these tests are about
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    # pytorch-lightning 2.6 with torch's newer tree functions; nothing of ours is involved
    pytest.mark.filterwarnings("ignore:.*isinstance.treespec, LeafSpec.:FutureWarning"),
]


@pytest.fixture
def shard_data(folder_data: FolderData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    """A data module of 16 x 16 samples in batches of 2, like `folder_data`; keyword arguments change it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    like = folder_data(root=tmp_path)
    shared = ("mask", "eval_mask", "size", "center_crop", "resize", "flip_probability", "samples_per_epoch")
    shared += ("eval_repeats", "batch_size", "eval_batch_size", "num_workers", "seed", "eval_seed")
    arguments: dict[str, Any] = {name: getattr(like, name) for name in shared} | {
        "root": str(tmp_path),
        "train": None,
        "val": None,
        "test": None,
        "image_suffixes": ["jpg", "jpeg", "png", "webp"],
        "mask_suffix": None,
        "mask_threshold": 128,
        "mask_invert": False,
        "shard_in_name": False,
        "exclude": None,
        "on_error": "raise",
    }

    def make(**changes: Any) -> WebDatasetDataModule:
        return WebDatasetDataModule(**(arguments | changes))

    return make


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 shards as the webdataset library writes them, and the same files in a folder."""
    from io import BytesIO

    from PIL import Image

    root = tmp_path_factory.mktemp("many")
    (root / "images/train/x").mkdir(parents=True)
    rng = np.random.RandomState(0)
    number = 0
    for shard in range(NUM_SHARDS):
        with webdataset.TarWriter(str(root / f"train-{shard:06d}.tar")) as writer:
            for _ in range(1 + shard % 2):
                encoded = BytesIO()
                height, width = rng.randint(16, 33, 2)
                Image.fromarray(rng.randint(0, 256, (height, width, 3), dtype=np.uint8)).save(encoded, "JPEG")
                name = f"{number * 7919 % 10007:05d}"  # not in the order of the shards
                writer.write({"__key__": f"x/{name}", "jpg": encoded.getvalue(), "json": {"number": number}})
                (root / f"images/train/x/{name}.jpg").write_bytes(encoded.getvalue())
                number += 1
    for split in ("val", "test"):
        with webdataset.TarWriter(str(root / f"{split}.tar")) as writer:
            writer.write({"__key__": split, "jpg": encoded.getvalue()})
        (root / "images" / split).mkdir()
        (root / "images" / split / f"{split}.jpg").write_bytes(encoded.getvalue())
    return root


@pytest.fixture
def many_data(many: Path, shard_data: Data) -> Data:
    def make(**changes: Any) -> WebDatasetDataModule:
        shards = {"train": f"train-{{000000..{NUM_SHARDS - 1:06d}}}.tar", "val": "val.tar", "test": "test.tar"}
        return shard_data(root=str(many), **(shards | changes))

    return make


def stream(make: Callable[..., InpaintingDataModule], *, ranks: int = 1, start: int = 0, **changes: Any) -> list[str]:
    """Hashes of the samples of training, in the order of the stream, as these ranks load them together."""

    def loaded(rank: int) -> Iterator[str]:
        data = make(**changes)
        data._rank = lambda: (rank, ranks)  # type: ignore[method-assign]
        data._position = lambda: start  # type: ignore[method-assign]
        for batch in data.train_dataloader():
            for image, mask, name in zip(batch["image"], batch["mask"], batch["name"], strict=True):
                digest = hashlib.sha256(image.numpy().tobytes() + mask.numpy().tobytes())
                yield f"{name} {digest.hexdigest()[:8]}"

    return list(chain(*zip(*map(loaded, range(ranks)), strict=True)))


@pytest.fixture(scope="module")
def known() -> dict[str, list[str]]:
    """What one of the tests has found out for the others."""
    return {}


@pytest.fixture
def whole(many_data: Data, known: dict[str, list[str]]) -> list[str]:
    """Two passes over all images, read by this process alone."""
    if not known:
        known["whole"] = stream(many_data, batch_size=10, samples_per_epoch=2 * NUM_IMAGES)
    return known["whole"]


def test_two_ranks_with_two_workers_see_each_image_once_in_each_pass(many_data: Data, whole: list[str]) -> None:
    seen = stream(many_data, ranks=2, num_workers=2, batch_size=10, samples_per_epoch=len(whole))
    names = [sample.partition(" ")[0] for sample in seen]
    everything = {image.name for image in many_data().images(Split.TRAIN)}
    assert len(everything) == NUM_IMAGES
    assert Counter(names[:NUM_IMAGES]) == Counter(names[NUM_IMAGES:]) == Counter(everything)
    assert names[:NUM_IMAGES] != names[NUM_IMAGES:]
    assert seen == whole


def test_the_stream_is_that_of_the_folder(
    many: Path, many_data: Data, folder_data: FolderData, whole: list[str]
) -> None:
    assert stream(folder_data, root=many / "images", batch_size=10) == whole[:NUM_IMAGES]
    assert stream(many_data, batch_size=10, samples_per_epoch=50, seed=2) != whole[:50]


@pytest.mark.parametrize("num_workers", [1, 2])
def test_the_stream_is_the_same_for_any_number_of_workers(many_data: Data, whole: list[str], num_workers: int) -> None:
    assert stream(many_data, num_workers=num_workers, batch_size=10) == whole[:NUM_IMAGES]


@pytest.mark.parametrize(("ranks", "num_workers"), [(1, 2), (2, 1)])
def test_the_stream_goes_on_in_the_middle_of_a_pass(
    many_data: Data, whole: list[str], ranks: int, num_workers: int
) -> None:
    seen = stream(many_data, ranks=ranks, num_workers=num_workers, start=123, batch_size=5, samples_per_epoch=200)
    assert seen == whole[123:323]


class Recorder(pl.LightningModule):
    """Writes down the names and pixels that it is trained on; may save a checkpoint and stop after some batches."""

    def __init__(self, save_after: int = -1, path: Path | None = None) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)
        self.seen: list[str] = []
        self.save_after = save_after
        self.path = path

    def training_step(self, batch: dict[str, Any]) -> Tensor:
        pixels = batch["image"].numpy().tobytes() + batch["mask"].numpy().tobytes()
        self.seen.append(" ".join([*batch["name"], hashlib.sha256(pixels).hexdigest()]))
        loss: Tensor = self.layer(batch["image"].mean().view(1, 1)).sum()
        return loss

    def on_train_batch_end(self, *_: Any) -> None:
        if len(self.seen) == self.save_after:
            assert self.path is not None
            self.trainer.save_checkpoint(self.path)
            raise KeyError("pulled the plug")

    def validation_step(self, batch: dict[str, Any]) -> None: ...

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)


def fit(data: WebDatasetDataModule, model: Recorder, checkpoint: Path | None = None) -> list[str]:
    options = {"enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
    trainer = pl.Trainer(
        accelerator="cpu", logger=False, limit_val_batches=0, use_distributed_sampler=False, max_epochs=1, **options
    )
    trainer.fit(model, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    return model.seen


def test_a_training_that_was_cut_off_goes_on_with_other_workers(many_data: Data, tmp_path: Path) -> None:
    whole = fit(many_data(batch_size=30), Recorder())
    cut = Recorder(3, tmp_path / "cut.ckpt")
    with pytest.raises(KeyError, match="plug"):
        fit(many_data(batch_size=30, num_workers=1), cut)
    assert cut.seen == whole[:3]
    assert fit(many_data(batch_size=30, num_workers=2), Recorder(), tmp_path / "cut.ckpt") == whole[3:]


@pytest.fixture
def shards(write_shard: WriteShard, jpeg: Callable[..., bytes]) -> str:
    """Three shards of ten images."""
    for shard in range(3):
        write_shard(f"{shard}.tar", *((f"{shard}{number}.jpg", jpeg(number)) for number in range(10)))
    return "{0..2}.tar"


def names(data: WebDatasetDataModule) -> list[list[str]]:
    return [[image.name for image in data.images(split)] for split in Split]


def test_what_is_missing_is_held_out_as_of_a_folder(
    shard_data: Data,
    folder_data: FolderData,
    shards: str,
    write_images: Callable[..., Path],
    *,
    caplog: pytest.LogCaptureFixture,
) -> None:
    everything = [f"{shard}{number}.jpg" for shard in range(3) for number in range(10)]
    folder = folder_data(root=write_images(*everything), test_split="test")
    with caplog.at_level(logging.INFO):
        parts = names(shard_data(train=shards))
    assert parts == [[image.name for image in folder.images(split)] for split in Split]
    counts = f"{len(parts[2])} test, {len(parts[1])} val, {len(parts[0])} train"
    assert caplog.messages[:2] == [
        "data.train: 30 images in 3 shards",
        f"data.train is split by a hash of the names: {counts}",
    ]
    train, val, test = names(shard_data(train="{0,1}.tar", test="2.tar"))
    assert sorted(train + val) == everything[:20]
    assert len(val) == 1
    assert test == everything[20:]
    assert names(shard_data(train="0.tar", val="1.tar", test="2.tar")) == [everything[:10], everything[10:20], test]


def test_only_the_shards_of_the_split_are_read(shard_data: Data, shards: str) -> None:
    assert len(shard_data(test="0.tar").images(Split.TEST)) == 10
    assert len(shard_data(train="nowhere.tar", test="0.tar").images(Split.TEST)) == 10
    for data, split in [
        (shard_data(test="0.tar"), "train"),
        (shard_data(), "val"),
        (shard_data(train="0.tar", val="1.tar"), "test"),
    ]:
        with pytest.raises(InputError, match=rf"^data\.{split} is missing: give data\.{split}=DIR"):
            data.images(Split(split))


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_damaged_image_is_named_with_its_shard(
    shard_data: Data, write_shard: WriteShard, jpeg: Callable[..., bytes], *, num_workers: int, split: str
) -> None:
    path = write_shard("x.tar", ("a.jpg", jpeg()), ("b.jpg", b"nothing"), ("c.jpg", jpeg()))
    data = shard_data(train="x.tar", val="x.tar", test="x.tar", num_workers=num_workers, batch_size=3)
    with pytest.raises(InputError) as caught:
        list(getattr(data, f"{split}_dataloader")())
    assert str(caught.value).startswith(f"'{path}/b.jpg' cannot be read as an image (")
    assert "\n" not in str(caught.value)


def test_a_damaged_image_can_be_skipped_or_excluded(
    shard_data: Data, write_shard: WriteShard, jpeg: Callable[..., bytes], tmp_path: Path
) -> None:
    write_shard("x.tar", ("a.jpg", jpeg()), ("b.jpg", b"nothing"), ("c.jpg", jpeg()))
    shards = {"train": "x.tar", "val": "x.tar", "test": "x.tar"}
    (batch,) = shard_data(**shards, batch_size=3, on_error="skip").train_dataloader()
    assert sorted(batch["name"]) == ["a.jpg", "c.jpg"]
    (tmp_path / "bad.txt").write_text("b.jpg\n")
    data = shard_data(**shards, exclude=tmp_path / "bad.txt")
    assert [batch["name"] for batch in data.test_dataloader()] == [["a.jpg", "c.jpg"]]


def test_masks_in_the_shards_are_those_of_their_images(
    shard_data: Data, write_shard: WriteShard, jpeg: Callable[..., bytes], tmp_path: Path
) -> None:
    from PIL import Image

    gray = np.zeros((16, 16), np.uint8)
    gray[:4] = 255
    Image.fromarray(gray).save(tmp_path / "mask.png")
    mask = (tmp_path / "mask.png").read_bytes()
    write_shard(
        "x.tar", ("a.jpg", jpeg(0, 16, 16)), ("a.mask.png", mask), ("b.mask.png", mask), ("b.jpg", jpeg(1, 16, 16))
    )
    data = shard_data(train="x.tar", val="x.tar", test="x.tar", mask_suffix="mask.png")
    for loader in (data.train_dataloader(), data.test_dataloader()):
        (batch,) = loader
        assert torch.equal(batch["mask"][:, 0], torch.from_numpy(gray > 0).float().expand(2, 16, 16))


def test_repeated_names_work_with_their_shards(
    shard_data: Data, write_shard: WriteShard, jpeg: Callable[..., bytes]
) -> None:
    for shard in ("a", "b"):
        write_shard(f"{shard}.tar", ("0.jpg", jpeg()))
    with pytest.raises(InputError, match=r"both hold '0\.jpg': set data\.shard_in_name=true"):
        shard_data(test="{a,b}.tar").setup("test")
    (batch,) = shard_data(test="{a,b}.tar", shard_in_name=True).test_dataloader()
    assert batch["name"] == ["a/0.jpg", "b/0.jpg"]


class FromElsewhere(WebDatasetDataModule):
    """Knows addresses of its own."""

    def local_shard(self, address: str) -> Path:
        return Path(address.replace("safe://", "/"))


def test_a_subclass_may_fetch_shards_from_elsewhere(shard_data: Data, shards: str, tmp_path: Path) -> None:
    data = shard_data(root=None, test=f"safe:/{tmp_path}/{shards}")
    data.__class__ = FromElsewhere
    assert len(data.images(Split.TEST)) == 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image_suffixes": []}, r"data\.image_suffixes=\[\] must be a list, such as"),
        ({"image_suffixes": "jpg"}, r"data\.image_suffixes=jpg must be a list, such as"),
        ({"image_suffixes": None}, r"data\.image_suffixes=null must be a list"),
        ({"image_suffixes": ["png", 5]}, r"data\.image_suffixes=\[png,5\] must be a list of strings"),
        ({"image_suffixes": ["."]}, r"data\.image_suffixes"),
        ({"mask_suffix": ".PNG"}, r"data\.mask_suffix=\.PNG must be another suffix"),
        ({"mask_threshold": 0}, r"data\.mask_threshold"),
    ],
)
def test_unusable_arguments_are_named(shard_data: Data, change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        shard_data(**change)


def test_too_few_images_to_split_are_counted(
    shard_data: Data, write_shard: WriteShard, jpeg: Callable[..., bytes]
) -> None:
    write_shard("x.tar", ("a.jpg", jpeg()))
    with pytest.raises(InputError, match=r"data\.train: 1 images, at least 3 are needed"):
        shard_data(train="x.tar").setup("fit")


def test_the_documented_recipe_makes_the_shards_of_a_folder(
    shard_data: Data, write_images: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_images("x/a.jpg", "b.jpg", folder="photos")
    (tmp_path / "shards").mkdir()
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[3] / "docs/webdataset.md").read_text(encoding="utf-8")
    exec(text.partition("```python\n")[2].partition("```")[0], {})
    images = shard_data(test="shards").images(Split.TEST)
    assert [image.name for image in images] == ["b.jpg", "x/a.jpg"]
    for image in images:
        assert file_hash(image.path) == file_hash(tmp_path / "photos" / image.name)


def test_an_evaluation_set_of_shards_is_that_of_the_folder(
    shard_data: Data, folder_data: FolderData, shards: str, tmp_path: Path
) -> None:
    for image in shard_data(test=shards).images(Split.TEST):
        (tmp_path / "files" / image.name).parent.mkdir(exist_ok=True)
        (tmp_path / "files" / image.name).write_bytes(image.path.open("rb").read())
    sets = (shard_data(test=shards), folder_data(root=tmp_path / "files"))
    described = [list(describe_samples(data.test_dataset)) for data in sets]
    assert described[0] == described[1]
    assert len(described[0]) == 30


def test_members_that_are_almost_images_are_counted_once(
    shard_data: Data, write_shard: WriteShard, jpeg: Callable[..., bytes], caplog: pytest.LogCaptureFixture
) -> None:
    others = ("b.x.jpg", ".jpg", "noext", "a.json", "__meta__", "d/c.cls")
    write_shard("x.tar", ("a.jpg", jpeg()), *((name, b"x") for name in others))
    data = shard_data(test="x.tar")
    assert [image.name for _ in range(2) for image in data.images(Split.TEST)] == ["a.jpg"] * 2
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "data.test: 3 members are not images by their names (the suffix begins at the first dot), such as 'b.x.jpg'"
    ]
