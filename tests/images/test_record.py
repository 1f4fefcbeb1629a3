"""Telling later whether an image was among others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.images import record
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.record import ImageRecord, read_records, with_record


def files(root: Path, sizes: dict[str, int]) -> list[ImageFile]:
    for name, size in sizes.items():
        (root / name).write_bytes(bytes(size))
    return [ImageFile(name, root / name) for name in sizes]


def named(*names: str) -> list[ImageFile]:
    return [ImageFile(name, Path("/nowhere", name)) for name in names]


@given(st.lists(st.text(min_size=1, max_size=20), max_size=50))
def test_no_image_is_missed(names: list[str]) -> None:
    images = [ImageFile(name, Path("/nowhere")) for name in names]
    whole = ImageRecord.of(images)
    assert all(image in whole for image in images)
    assert whole.count == len(names)


@pytest.mark.parametrize("count", [10, 3000])
def test_other_images_are_hardly_ever_taken_for_one(count: int) -> None:
    whole = ImageRecord.of(named(*(f"{number}.png" for number in range(count))))
    assert not any(image in whole for image in named(*(f"other/{number}.png" for number in range(5_000))))
    assert len(whole.bits) == max(4 * count, 128)


def test_a_file_of_another_size_is_another_image_wherever_it_lies(tmp_path: Path) -> None:
    (here := tmp_path / "a").mkdir(), (there := tmp_path / "b").mkdir()
    whole = ImageRecord.of(files(here, {"1.png": 100, "2.png": 200}))
    assert [image in whole for image in files(there, {"1.png": 100, "2.png": 201, "3.png": 100})] == [
        True, False, False,
    ]  # fmt: skip


def test_of_very_many_images_names_alone_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_MOST_SIZED", 1)
    whole = ImageRecord.of(files(tmp_path, {"1.png": 100, "2.png": 200}))
    assert not whole.sized
    assert named("1.png")[0] in whole
    assert named("3.png")[0] not in whole


def test_a_checkpoint_carries_it(tmp_path: Path) -> None:
    images = named("a", "b")
    torch.save([ImageRecord.of(images).entry()], tmp_path / "x")
    (read,) = read_records(torch.load(tmp_path / "x", weights_only=True)) or []
    assert all(image in read for image in images)
    assert named("c")[0] not in read


GOOD = ImageRecord.of(named("a")).entry()


@pytest.mark.parametrize(
    "entries",
    [
        None, 3, "text", [3], [{}], [{**GOOD, "bits": "x"}], [{**GOOD, "bits": "é"}], [{**GOOD, "bits": 4}],
        [{**GOOD, "bits": ""}], [{**GOOD, "count": "many"}],
    ],
)  # fmt: skip
def test_damaged_records_are_none(entries: object) -> None:
    assert read_records(entries) is None


def test_a_record_is_kept_once() -> None:
    one, other = ImageRecord.of(named("a")), ImageRecord.of(named("b"))
    assert len(with_record(with_record([one], ImageRecord.of(named("a"))), other)) == 2


def test_it_is_a_filter_as_the_paper_has_it() -> None:
    """About half of the bits are set where it is full, which is where mistakes are fewest."""
    bits = ImageRecord.of(named(*map(str, range(5000)))).bits
    assert 0.45 < np.unpackbits(bits).mean() < 0.55
