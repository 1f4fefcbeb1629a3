"""Evaluation sets as files: which images, which masks, prepared how, with the hashes of all of them.

A manifest may come from anybody. It is read strictly, and the nodes in it construct nothing but what stands in this
package's own `conf/`, or what extensions define (see `allowlist`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import yaml
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict  # pydantic takes that of Python from 3.12 on

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.config.allowlist import is_extension
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.data.dataset import EvaluationDataset
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.hashing import file_hash, pixel_hash
from inpaint_zoo.files.json_file import Hash, JSONObject, Name, Share, Size, read_json, validated
from inpaint_zoo.files.samples_file import write_samples
from inpaint_zoo.images.reading import image_size
from inpaint_zoo.masks.generator import MasksFromFiles

KIND = "evaluation set"
MOST_BYTES = 2**28
"""Size of the largest manifest that is read; about half a million samples."""
_GROUPS = ("data", "mask", "protocol")


class MaskSource(TypedDict, total=False):
    """Where a mask is from: a file, or a generator's seed and index."""

    file: Name
    seed: int
    index: int


def _complete(source: MaskSource) -> MaskSource:
    if not (source.keys() >= {"file"} or source.keys() >= {"seed", "index"}):
        raise ValueError("has no file, and not seed and index")
    return source


class Entry(JSONObject):
    """One sample of an evaluation set."""

    name: Name
    photograph: Name
    """Name of the photograph; samples of one photograph differ in their masks."""
    image: Hash
    """SHA-256 of the image file's bytes."""
    mask: Hash
    """`pixel_hash` of the mask at the size of the evaluation."""
    mask_source: Annotated[MaskSource, AfterValidator(_complete)]
    split: str
    ratio: Share
    """Share of the pixels that are holes."""
    size: Size
    """Height and width of the prepared image."""


@dataclass(frozen=True)
class Manifest:
    """An evaluation set: how its samples are made, and what they are."""

    data: Mapping[str, Any]
    mask: Mapping[str, Any]
    protocol: Mapping[str, Any]
    samples: Sequence[Entry]

    def with_roots(self, data: str | None, mask: str | None) -> Manifest:
        """The same set in other folders; None keeps the folder that is named."""
        return replace(self, data=moved(self.data, data), mask=moved(self.mask, mask))


def moved(node: Mapping[str, Any], root: str | None) -> Mapping[str, Any]:
    """The node of a configuration with another folder; None keeps the one that is named."""
    return node if root is None else {**node, "root": root}


def describe_samples(dataset: EvaluationDataset, split: Split = Split.TEST) -> Iterator[Entry]:
    """Describe every sample of a set, in order; images are hashed, not decoded.

    Raises:
        InputError: An image or a mask cannot be read.
    """
    image_hash = cache(file_hash)
    # what becomes of a size is the same for every image: a black one tells
    prepared = cache(lambda *size: dataset.prepare(np.zeros((*size, 3), np.uint8)).shape[:2])
    for index, name in enumerate(dataset.names):
        file = dataset.image_file(index)
        height, width = prepared(*image_size(file.path))
        mask = dataset.mask_at(index, height, width)
        source = MaskSource(seed=dataset.seed, index=index)
        if isinstance(dataset.mask, MasksFromFiles):
            source = MaskSource(file=dataset.mask.file_name(index, file.name))
        yield Entry(
            name=name,
            photograph=file.name,
            image=image_hash(file.path),
            mask=pixel_hash(mask),
            mask_source=source,
            split=str(split),
            ratio=float(mask.mean()),
            size=(height, width),
        )


def differences(expected: Sequence[Entry], found: Sequence[Entry]) -> list[str]:
    """What two lists of samples differ in, by the names of the samples: `a.png (image, mask)`, `b.png (missing)`."""
    there = {entry.name: entry for entry in found}
    known = {entry.name for entry in expected}
    named = [(entry.name, _difference(entry, there.get(entry.name))) for entry in expected]
    named += [(entry.name, "not in the manifest") for entry in found if entry.name not in known]
    return [f"{name} ({difference})" for name, difference in named if difference]


def _difference(expected: Entry, found: Entry | None) -> str:
    if found is None:
        return "missing"
    compared = ("photograph", "image", "size", "mask", "ratio")
    return ", ".join(name for name in compared if getattr(expected, name) != getattr(found, name))


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest as JSON, a line for each sample; the file appears whole or not at all.

    Raises:
        InputError: It cannot be written.
    """
    groups = {"data": manifest.data, "mask": manifest.mask, "protocol": manifest.protocol}
    head = {**groups, "eval_seed": manifest.data["eval_seed"]}
    write_samples(path, KIND, head, [entry.model_dump() for entry in manifest.samples])


def read_manifest(path: Path) -> Manifest:
    """Read what `write_manifest` wrote.

    Raises:
        InputError: The file is missing, damaged, of another kind, or holds nodes that are none of this package's.
    """
    where = f"manifest {str(path)!r}"
    file = validated(_File, read_json(path, MOST_BYTES), where)
    if len({entry.name for entry in file.samples}) != len(file.samples):
        raise InputError(f"{where} names a sample twice")
    data, mask, protocol = (trusted_node(getattr(file, group), group) for group in _GROUPS)
    if data.get("eval_seed") != file.eval_seed:
        raise InputError(f"{where}: eval_seed is {file.eval_seed}, but data.eval_seed is {data.get('eval_seed')}")
    return Manifest(data=data, mask=mask, protocol=protocol, samples=file.samples)


def _of_this_kind(kind: str) -> str:
    if kind != KIND:
        raise ValueError(f"is {kind[:80]!r}, which is no evaluation set: make one with `inpaint-zoo data manifest`")
    return kind


class _File(JSONObject):
    kind: Annotated[str, AfterValidator(_of_this_kind)]
    samples: Annotated[list[Entry], Field(min_length=1)]
    data: dict[str, Any]
    mask: dict[str, Any]
    protocol: dict[str, Any]
    eval_seed: int


class _Node(JSONObject):
    target: str = Field(alias="_target_")


def trusted_node(node: Any, group: str) -> dict[str, Any]:
    """A node of a configuration that came from outside, to be constructed without fear.

    Args:
        node: Plain values.
        group: Folder of `conf/`.

    Raises:
        InputError: The node is no mapping, or it or something in it would construct what neither a file of the group
            names nor an extension defines.
    """
    validated(dict[str, _Node], {group: node}, "")
    _refuse_foreign(node, group, group)
    return dict(node)


def _refuse_foreign(value: Any, where: str, group: str) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_foreign(item, f"{where}[{index}]", group)
    if not isinstance(value, dict):
        return
    known = _targets(group)
    for key, item in value.items():
        if key == "_target_" and item not in known and not is_extension(str(item)):
            near = did_you_mean(str(item), known)
            raise InputError(f"{where}._target_ is {str(item)[:80]!r}, which no {group}=NAME stands for{near}")
        if key == "_partial_":
            raise InputError(f"{where}._partial_ has no place in a {group}")
        _refuse_foreign(item, f"{where}.{key}", group)


@cache
def _targets(group: str) -> tuple[str, ...]:
    """What the files of a group construct, inside of others too."""
    loaded = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((CONF_DIR / group).glob("*.yaml"))]
    return tuple(sorted({target for node in loaded for target in _named_targets(node)}))


def _named_targets(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "_target_" in node:
            yield node["_target_"]
        for item in node.values():
            yield from _named_targets(item)
