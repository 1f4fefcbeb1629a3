"""The manifest of a folder of generated masks: which generator made them, and the hash of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files.hashing import pixel_hash
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.samples_file import write_samples

FILE = "manifest.json"
KIND = "masks"
MOST_BYTES = 2**28
"""Size of the largest manifest that is read; enough for a million masks."""
_WHITE = 255


@dataclass(frozen=True)
class MadeMask:
    """One mask of a folder."""

    name: str
    """Path below the folder."""
    mask: str
    """`pixel_hash` of the mask in the file's own size; white is a hole."""
    ratio: float
    """Share of the pixels that are holes."""
    size: tuple[int, int]
    """Height and width."""


def write_mask_manifest(folder: Path, node: Mapping[str, Any], seed: int, masks: Sequence[MadeMask]) -> None:
    """Write the manifest of a folder, one line per mask.

    Args:
        folder: Where the masks are.
        node: The configuration of the generator, as plain values; mask i belongs to the key (seed, i).
        seed: Of the generator.
        masks: In their order.

    Raises:
        InputError: It cannot be written.
    """
    write_samples(folder / FILE, KIND, {"mask": node, "seed": seed}, [asdict(mask) for mask in masks])


class RecordedMasks:
    """The masks that the manifest of a folder lists; without one, or if it is not about masks, nothing is checked.

    Args:
        root: The folder.
        names: The mask files in the folder.

    Raises:
        InputError: The manifest is damaged, or lists other files than there are.
    """

    def __init__(self, root: Path, names: Sequence[str]) -> None:
        self.path = root / FILE
        self._hashes = _hashes(self.path) if self.path.is_file() else {}
        self._seen: set[str] = set()
        if self._hashes and set(names) != set(self._hashes):
            lacking, unlisted = sorted(self._hashes.keys() - set(names)), sorted(set(names) - self._hashes.keys())
            difference = f"lists {lacking[0]}, which is not there" if lacking else f"does not list {unlisted[0]}"
            raise DamagedFileError(f"mask.root: {self.path} {difference}: make the masks again, or remove the manifest")

    def check(self, name: str, gray: np.ndarray) -> None:
        """Compare a file's pixels, (H, W) uint8, with the manifest on first use.

        Raises:
            InputError: They differ.
        """
        if not self._hashes or name in self._seen:
            return
        white = gray == _WHITE
        if np.any(~white & (gray != 0)) or pixel_hash(white) != self._hashes[name]:
            raise InputError(
                f"mask.root: {name} is not the mask that {self.path} lists: make it again, or remove the manifest"
            )
        self._seen.add(name)


def listed_masks(path: Path) -> list[str]:
    """The files that a manifest lists; none if it is missing or is not about masks.

    Raises:
        InputError: It is damaged.
    """
    return list(_hashes(path)) if path.is_file() else []


def _hashes(path: Path) -> dict[str, str]:
    values = read_json(path, MOST_BYTES)
    if not isinstance(values, dict) or values.get("kind") != KIND:
        return {}
    # few folders have a manifest, and pydantic is slow to import
    from inpaint_zoo.masks.files.listed import checked_hashes  # noqa: PLC0415

    return checked_hashes(values, f"manifest {str(path)!r}")
