"""Fill many image files: one is read and another written while the network is at work."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from numpy.typing import NDArray

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.files.hashing import combined_hash
from inpaint_zoo.files.source import Held, held
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.original import Original, read_original
from inpaint_zoo.images.writing import encoded
from inpaint_zoo.inference.hole_sources import FoundHole, HoleSource
from inpaint_zoo.inference.records import Records
from inpaint_zoo.masks.files.checks import MaskLook
from inpaint_zoo.runtime.ahead import ahead
from inpaint_zoo.runtime.refusals import machine_refusal

Pixels = NDArray[Any]
FillPixels = Callable[[Pixels, Hole], Pixels]
"""From (H, W, 3), uint8 or uint16, and its hole (H, W) to the filled image."""


class Work(NamedTuple):
    """One image to fill."""

    image: ImageFile
    source: HoleSource
    result: str
    """Name of the file that is written."""
    notes: tuple[str, ...] = ()
    """What is to be said of the image."""


class Done(NamedTuple):
    """What became of an image."""

    name: str
    failure: str = ""
    """Why there is no result, in one line; empty if there is one."""
    was_there: bool = False
    """Whether the result is from an earlier run."""
    notes: tuple[str, ...] = ()
    mask: str = ""
    """What the hole was found in."""
    look: MaskLook | None = None
    unclear: str = ""
    is_replaced: bool = False
    """Whether another result was there."""


class _Loaded(NamedTuple):
    work: Work
    key: str
    original: Original
    found: FoundHole
    copied: bytes | None
    """The file's bytes, where there is nothing to fill and nothing to convert."""


class _Filled(NamedTuple):
    loaded: _Loaded
    samples: Pixels


@dataclass(frozen=True)
class Pipeline:
    """Reads, fills and writes.

    Args:
        fill: Called in the thread that `run` is used in.
        records: Of the folder of the results.
        settings: Everything that results depend on beside image and mask.
        as_png: Whether all results are PNG files.
    """

    fill: FillPixels
    records: Records
    settings: str
    as_png: bool

    def run(self, works: Iterable[Work]) -> Iterator[Done]:
        """Fill images, in order; what is wrong with one of them does not stop the others.

        Raises:
            InputError: A result cannot be written, which would be so for the others, too.
        """
        with closing(ahead(lambda work: _caught(self._load, work, work), works)) as loaded:
            filled = (one if isinstance(one, Done) else _caught(self._fill, one, one.work) for one in loaded)
            with closing(ahead(lambda one: one if isinstance(one, Done) else self._write(one), filled)) as written:
                yield from written

    def _load(self, work: Work) -> _Loaded | Done:
        file = _held(work.image)
        hashes = {"image": hashlib.sha256(file.data).hexdigest(), "mask": work.source.key()}
        key = combined_hash({**hashes, "settings": self.settings})
        self._refuse_outside(work)
        if self.records.holds(work.result, key):
            return Done(work.image.name, was_there=True)
        original = read_original(file, as_png=self.as_png)
        found = work.source.find(ImageFile(work.image.name, work.image.path), original)
        if found.hole.all():
            raise InputError(
                f"{found.source} is all hole: nothing of {work.image.name} is known; if it shows what is known, give "
                "the opposite invert="
            )
        is_copied = not found.hole.any() and not original.is_converted
        return _Loaded(work, key, original, found, file.data if is_copied else None)

    def _refuse_outside(self, work: Work) -> None:
        folder = self.records.folder
        if not (folder / work.result).parent.resolve().is_relative_to(folder.resolve()):
            raise InputError(
                f"output: a link leads {folder / work.result} out of {folder}: remove it, or choose another output"
            )

    def _fill(self, loaded: _Loaded) -> _Filled:
        samples = fill_original(loaded.original, loaded.found, self.fill, opaque=loaded.work.source.is_alpha)
        return _Filled(loaded, samples)

    def _write(self, filled: _Filled) -> Done:
        work, found = filled.loaded.work, filled.loaded.found
        parts = _caught(_encoded, filled, work)
        if isinstance(parts, Done):
            return parts
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part)
        self.records.add(work.result, filled.loaded.key, digest.hexdigest())
        path = self.records.folder / work.result
        is_replaced = os.path.lexists(path)
        write_bytes(path, parts)
        notes = () if filled.loaded.copied is not None else filled.loaded.original.notes
        done = Done(work.image.name, notes=work.notes + notes, is_replaced=is_replaced)
        return done._replace(mask=found.source, look=found.look, unclear=found.unclear)


def fill_original(original: Original, found: FoundHole, fill: FillPixels, *, opaque: bool) -> Pixels:
    """The samples of an image, (H, W, C) as in its file, with its hole filled.

    Args:
        original: The image.
        found: Its hole, not everything; nothing is done if it is empty.
        fill: From what is seen of the image and the hole.
        opaque: Whether the hole becomes opaque.
    """
    if not found.hole.any():
        return original.samples
    seen = original.seen()
    return original.filled(fill(seen, found.hole), seen, found.hole, opaque=opaque)


def _held(image: ImageFile) -> Held:
    try:
        return held(image.path)
    except FileNotFoundError as error:
        raise InputError(f"{str(image.path)!r} does not exist") from error
    except OSError as error:
        raise InputError(f"{str(image.path)!r} cannot be read ({error.strerror or error})") from error


def _encoded(filled: _Filled) -> Sequence[bytes]:
    if filled.loaded.copied is not None:
        return [filled.loaded.copied]
    return list(encoded(filled.samples, filled.loaded.original.form, filled.loaded.work.image.name))


def _caught(step: Callable[[Any], Any], item: Any, work: Work) -> Any:
    """What a step returns, or a failure that names the image; a bug is raised."""
    try:
        return step(item)
    except Exception as error:
        reason = str(error) if isinstance(error, InputError) else machine_refusal(error)
        if reason is None:
            raise
        line = " ".join(reason.splitlines())
        name = work.image.name
        return Done(name, line if name in line else f"{name}: {line}")
