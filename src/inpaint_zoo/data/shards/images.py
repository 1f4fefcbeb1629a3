"""The images in tar shards, and their masks."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, NoReturn

import numpy as np

from inpaint_zoo.data.packed import Packed, name_hash
from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.data.shards.index import Index, Member, Shard
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.images.finding import ImageFile

_SAMPLE = re.compile(rb"(?!__[^/]*__(?:$|/))((?:.*/)?[^./]+)\.([^/]+)", re.DOTALL)
"""Key and suffix of a member, as webdataset splits names; names such as `__meta__` are not samples."""
_LONGEST_NAME = 4096


@dataclass(frozen=True)
class Naming:
    """Which members are images, which are masks, and how images are named.

    Args:
        suffixes: The parts of images' file names after the first dot, in lower case.
        mask_suffix: The same for masks, such as `mask.png`; None if there are no masks.
        shard_in_name: Begin names with the name of the shard, for shards that repeat the names of their members.
    """

    suffixes: Sequence[str]
    mask_suffix: str | None
    shard_in_name: bool


@dataclass(frozen=True, eq=False)
class ShardImages(Packed):
    """The images of shards: their names, and where their bytes are.

    Args:
        hashes: As in `Packed`.
        text: uint8 (B,), the names.
        starts: int64 (N,), the first places of the names in `text`.
        ends: int64 (N,), the places after them.
        shards: The shards.
        numbers: int32 (N,), the index of each image's shard in `shards`.
        spans: int64 (N, 2), offset and size of the image.
        mask_spans: int64 (N, 2), offset and size of the mask; None if there are no masks.
        naming: How the images are named.
    """

    hashes: np.ndarray
    text: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    shards: Sequence[Shard]
    numbers: np.ndarray
    spans: np.ndarray
    mask_spans: np.ndarray | None
    naming: Naming

    def image(self, place: int) -> ImageFile:
        """Make the image file at a place."""
        name = self.text[self.starts[place] : self.ends[place]].tobytes().decode()
        image = self._member(name, place, self.spans)
        if self.mask_spans is None:
            return image
        folder, slash, file = name.rpartition("/")
        mask_name = f"{folder}{slash}{file.partition('.')[0]}.{self.naming.mask_suffix}"
        return PairedImage(*image, self._member(mask_name, place, self.mask_spans))

    def select(self, places: np.ndarray) -> ShardImages:
        """The images at these places, in this order."""
        return replace(
            self,
            hashes=self.hashes[places],
            starts=self.starts[places],
            ends=self.ends[places],
            numbers=self.numbers[places],
            spans=self.spans[places],
            mask_spans=None if self.mask_spans is None else self.mask_spans[places],
        )

    def _member(self, name: str, place: int, spans: np.ndarray) -> ImageFile:
        shard = self.shards[self.numbers[place]]
        inside = name.removeprefix(_prefix(shard)) if self.naming.shard_in_name else name
        offset, num_bytes = spans[place].tolist()
        return ImageFile(name, Member(shard, inside, offset, num_bytes))


class _Found(NamedTuple):
    """A sample with an image; sorts by its name."""

    name: bytes
    """In UTF-8."""
    shard: int
    image: int
    """Place in the shard's index."""
    mask: int
    """Place in the shard's index; -1 if there is none."""


def find_shard_images(indexes: Sequence[Index], naming: Naming) -> ShardImages:
    """The images of some shards, sorted by name.

    Raises:
        InputError: A shard holds no images, two images have the same name, a name leads out of its shard, or a mask is
            missing.
    """
    found = sorted(sample for number, index in enumerate(indexes) for sample in _samples(index, number, naming))
    for first, second in pairwise(found):
        if first.name == second.name:
            _refuse_same_name(first.name.decode(), indexes[first.shard].shard, indexes[second.shard].shard, naming)
    ends = np.cumsum([len(sample.name) for sample in found], dtype=np.int64)
    masks = [_span(indexes, sample.shard, sample.mask) for sample in found] if naming.mask_suffix else None
    return ShardImages(
        hashes=np.array([name_hash(sample.name) >> 32 for sample in found], np.uint32),
        text=np.frombuffer(b"".join(sample.name for sample in found), np.uint8),
        starts=np.concatenate([[0], ends[:-1]]),
        ends=ends,
        shards=[index.shard for index in indexes],
        numbers=np.array([sample.shard for sample in found], np.int32),
        spans=np.array([_span(indexes, sample.shard, sample.image) for sample in found], np.int64),
        mask_spans=None if masks is None else np.array(masks, np.int64),
        naming=naming,
    )


def overlooked(indexes: Sequence[Index], naming: Naming) -> list[str]:
    """Members that are ignored, though their names end like those of images, or have no suffix."""
    ends = tuple(f".{suffix}" for suffix in naming.suffixes)
    known = {*naming.suffixes, naming.mask_suffix}
    return [
        _printable(name)
        for index in indexes
        for name in index.names
        if (text := name.decode("utf-8", "replace").lower()).endswith(ends) or "." not in text.rpartition("/")[2]
        if (match := _SAMPLE.fullmatch(text.encode())) is None or match[2].decode() not in known
        if not text.rpartition("/")[2].startswith("__")
    ]


def _refuse_same_name(name: str, first: Shard, second: Shard, naming: Naming) -> NoReturn:
    if first == second:
        raise InputError(f"shard {str(first.path)!r} holds {name!r} twice: keep one of them")
    way = "set data.shard_in_name=true"
    if _prefix(first) == _prefix(second):  # the name of the shard would not help
        way = "rename one of the shards" + (", and set data.shard_in_name=true" if not naming.shard_in_name else "")
    raise InputError(f"shards {str(first.path)!r} and {str(second.path)!r} both hold {name!r}: {way}")


def _span(indexes: Sequence[Index], number: int, place: int) -> tuple[int, int]:
    return indexes[number].offsets[place], indexes[number].sizes[place]


def _samples(index: Index, number: int, naming: Naming) -> list[_Found]:
    """The samples of a shard that have an image."""
    images: dict[bytes, int] = {}
    masks: dict[bytes, int] = {}
    suffixes = Counter[str]()
    for place, name in enumerate(index.names):
        match = _SAMPLE.fullmatch(name)
        if match is None:
            continue
        suffix = match[2].decode("utf-8", "replace").lower()
        suffixes[suffix] += 1
        if suffix in naming.suffixes:
            _add(images, match[1], place, index)
        elif suffix == naming.mask_suffix:
            _add(masks, match[1], place, index)
    if not images:
        there = few([f".{suffix}" for suffix, _ in suffixes.most_common()]) or "nothing"
        wanted = few([f".{suffix}" for suffix in naming.suffixes])
        raise InputError(f"shard {str(index.shard.path)!r} holds no images ({wanted}), but {there}: remove it")
    if naming.mask_suffix is not None and (lacking := [key for key in images if key not in masks]):
        first = _printable(index.names[images[lacking[0]]])
        raise InputError(
            f"shard {str(index.shard.path)!r}: {len(lacking)} of {len(images)} images have no mask "
            f".{naming.mask_suffix}, the first is {first!r}"
        )
    prefix = _prefix(index.shard).encode() if naming.shard_in_name else b""
    return [_Found(prefix + _name(index, place), number, place, masks.get(key, -1)) for key, place in images.items()]


def _add(places: dict[bytes, int], key: bytes, place: int, index: Index) -> None:
    first = places.setdefault(key, place)
    if first != place:
        both = f"{_printable(index.names[first])!r} and {_printable(index.names[place])!r}"
        raise InputError(f"shard {str(index.shard.path)!r} holds {both}, which are one sample: keep one of them")


def _name(index: Index, place: int) -> bytes:
    """The name of an image, in UTF-8: the normalised name of the member."""
    name = _printable(index.names[place])
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts or len(name) > _LONGEST_NAME:
        raise InputError(
            f"shard {str(index.shard.path)!r}: the member {name[:80]!r} is not named as a file in a folder"
        )
    return "/".join(parts).encode()


def _printable(name: bytes) -> str:
    # as `find_images` names files
    return unicodedata.normalize("NFC", name.decode("utf-8", "backslashreplace"))


def _prefix(shard: Shard) -> str:
    return f"{_printable(os.fsencode(shard.path.stem))}/"
