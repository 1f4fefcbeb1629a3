"""Evaluation sets as files: the images, the masks, how they are prepared, and the hashes of all of them.

A manifest may come from an unknown source. It is read strictly, and its nodes can construct only what this package's
own `conf/` names or what extensions define (see `allowlist`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import yaml
from pydantic import AfterValidator, AliasChoices, Field
from typing_extensions import TypedDict  # before Python 3.12, pydantic needs this one

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.config.allowlist import is_extension
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.data.dataset import EvaluationDataset
from inpaint_zoo.data.mask_keys import MaskRule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.hashing import file_hash, pixel_hash
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.json_values import Hash, JSONObject, Name, Share, Size, validated
from inpaint_zoo.files.samples_file import write_samples
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import image_size
from inpaint_zoo.masks.generator import MasksFromFiles

KIND = "evaluation set"
MAX_BYTES = 2**28
"""Size in bytes of the largest manifest that is read: about half a million samples."""
_GROUPS = ("data", "mask", "protocol")
_MOVED = {"inpaint_zoo.protocols.": "inpaint_zoo.evaluation.protocols."}
"""Where classes were before 0.1.0, by the beginnings of their paths: files of then name them."""


class MaskSource(TypedDict, total=False):
    """Origin of a mask: a file, or what a mask generator drew it from (see `mask_key`)."""

    file: Name
    seed: int
    name: Name
    repeat: int
    index: int


def _file_or_seed(source: MaskSource) -> MaskSource:
    if not any(source.keys() >= keys for keys in ({"file"}, {"seed", "name", "repeat"}, {"seed", "index"})):
        raise ValueError("has no file, and not seed and index, or seed, name and repeat")
    return source


class Entry(JSONObject):
    """One sample of an evaluation set."""

    name: Name
    photograph: Annotated[Name, Field(validation_alias=AliasChoices("photograph", "picture"))]
    """Name of the original photograph; samples of one photograph differ in their masks."""
    image: Hash
    """SHA-256 of the image file's bytes."""
    mask: Hash
    """`pixel_hash` of the mask in the size that is evaluated."""
    mask_file: Hash | None = None
    """SHA-256 of the mask file's bytes; None for a mask that is drawn, and in older files."""
    mask_source: Annotated[MaskSource, AfterValidator(_file_or_seed)]
    split: str
    ratio: Share
    """Hole pixels / all pixels, in [0, 1]."""
    size: Size
    """Height and width of the prepared image."""


@dataclass(frozen=True)
class Manifest:
    """An evaluation set: the configuration of data, masks and protocol, and the samples that they give."""

    data: Mapping[str, Any]
    mask: Mapping[str, Any]
    protocol: Mapping[str, Any]
    samples: Sequence[Entry]
    mask_rule: MaskRule = MaskRule.NAME

    def with_roots(self, data: str | None, mask: str | None) -> Manifest:
        """The same set in other folders; None keeps the present folder."""
        return replace(self, data=with_root(self.data, data), mask=with_root(self.mask, mask))


def with_root(node: Mapping[str, Any], root: str | None) -> Mapping[str, Any]:
    """A configuration node with another folder; None keeps the present one."""
    return node if root is None else {**node, "root": root}


def describe_samples(dataset: EvaluationDataset, split: Split = Split.TEST) -> Iterator[Entry]:
    """Describe every sample of a set, in order; image files are hashed, not decoded.

    Raises:
        InputError: An image or a mask cannot be read.
    """
    hash_of = cache(file_hash)
    # the prepared size depends on the size alone, so a black image of each size is enough
    prepared_size = cache(lambda *size: dataset.prepare(np.zeros((*size, 3), np.uint8)).shape[:2])
    for index, name in enumerate(dataset.names):
        file = dataset.image_file(index)
        height, width = prepared_size(*image_size(file.path))
        mask, mask_file = dataset.mask_at(index, height, width), _mask_file(dataset, index)
        yield Entry(
            name=name,
            photograph=file.name,
            image=hash_of(file.path),
            mask=pixel_hash(mask),
            mask_file=None if mask_file is None else hash_of(mask_file.path),
            mask_source=_source(dataset, index, mask_file),
            split=str(split),
            ratio=float(mask.mean()),
            size=(height, width),
        )


def _mask_file(dataset: EvaluationDataset, index: int) -> ImageFile | None:
    if not isinstance(dataset.mask, MasksFromFiles):
        return None
    return dataset.mask.mask_file(dataset.mask_key(index).turn, dataset.image_file(index).name)


def _source(dataset: EvaluationDataset, index: int, file: ImageFile | None) -> MaskSource:
    name = dataset.image_file(index).name
    if file is not None:
        return MaskSource(file=file.name)
    if dataset.mask_rule is MaskRule.POSITION:
        return MaskSource(seed=dataset.seed, index=index)
    return MaskSource(seed=dataset.seed, name=name, repeat=index % dataset.repeats)


def differences(expected: Sequence[Entry], found: Sequence[Entry]) -> list[str]:
    """The samples in which two lists differ, and in what: `a.png (image, mask)`, `b.png (missing)`."""
    found_by_name = {entry.name: entry for entry in found}
    expected_names = {entry.name for entry in expected}
    named = [(entry.name, _difference(entry, found_by_name.get(entry.name))) for entry in expected]
    named += [(entry.name, "not in the manifest") for entry in found if entry.name not in expected_names]
    return [f"{name} ({difference})" for name, difference in named if difference]


def _difference(expected: Entry, found: Entry | None) -> str:
    if found is None:
        return "missing"
    compared = ("photograph", "image", "size", "mask", "ratio")
    return ", ".join(name for name in compared if getattr(expected, name) != getattr(found, name))


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest as JSON with one line per sample; an incomplete file is never left behind.

    Raises:
        InputError: It cannot be written.
    """
    groups = {"data": manifest.data, "mask": manifest.mask, "protocol": manifest.protocol}
    head = {**groups, "eval_seed": manifest.data["eval_seed"], "mask_rule": manifest.mask_rule}
    write_samples(path, KIND, head, [entry.model_dump() for entry in manifest.samples])


def read_manifest(path: Path) -> Manifest:
    """Read what `write_manifest` wrote.

    Raises:
        InputError: The file is missing, damaged or of another kind, or a node in it would construct foreign code.
    """
    where = f"manifest {str(path)!r}"
    file = validated(_File, read_json(path, MAX_BYTES), where)
    if len({entry.name for entry in file.samples}) != len(file.samples):
        raise InputError(f"{where} names a sample twice")
    data, mask, protocol = (trusted_node(getattr(file, group), group) for group in _GROUPS)
    if data.get("eval_seed") != file.eval_seed:
        raise InputError(f"{where}: eval_seed is {file.eval_seed}, but data.eval_seed is {data.get('eval_seed')}")
    return Manifest(data=data, mask=mask, protocol=protocol, samples=file.samples, mask_rule=file.mask_rule)


def _evaluation_set_kind(kind: str) -> str:
    if kind != KIND:
        raise ValueError(f"is {kind[:80]!r}, not an evaluation set: make one with `inpaint-zoo data manifest`")
    return kind


class _File(JSONObject):
    kind: Annotated[str, AfterValidator(_evaluation_set_kind)]
    samples: Annotated[list[Entry], Field(min_length=1)]
    data: dict[str, Any]
    mask: dict[str, Any]
    protocol: dict[str, Any]
    eval_seed: int
    # a file from before there was a choice says nothing
    mask_rule: Annotated[MaskRule, Field(strict=False)] = MaskRule.POSITION


class _Node(JSONObject):
    target: str = Field(alias="_target_")


def trusted_node(node: Any, group: str) -> dict[str, Any]:
    """Check a configuration node from outside, so that it is safe to construct.

    Args:
        node: Plain values.
        group: The folder of `conf/` to which the node belongs.

    Raises:
        InputError: The node is not a mapping, or a `_target_` in it is neither that of a file of the group nor defined
            by an extension.
    """
    validated(dict[str, _Node], {group: node}, "")
    present = {**node, "_target_": _present_path(node["_target_"])}
    _refuse_foreign(present, group, group)
    return present


def _present_path(target: str) -> str:
    """The path of a class now, from one that an older file names."""
    for before, now in _MOVED.items():
        if target.startswith(before):
            return now + target.removeprefix(before)
    return target


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
            raise InputError(f"{where}._target_ is {str(item)[:80]!r}, which no {group}=NAME uses{near}")
        if key == "_partial_":
            raise InputError(f"{where}._partial_ is not allowed in {group}")
        _refuse_foreign(item, f"{where}.{key}", group)


@cache
def _targets(group: str) -> tuple[str, ...]:
    """Every `_target_` in the files of a group, nested ones too."""
    loaded = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((CONF_DIR / group).glob("*.yaml"))]
    return tuple(sorted({target for node in loaded for target in _named_targets(node)}))


def _named_targets(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "_target_" in node:
            yield node["_target_"]
        for item in node.values():
            yield from _named_targets(item)
