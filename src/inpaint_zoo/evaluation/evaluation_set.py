"""The images and masks on which methods are evaluated, prepared as a protocol says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from inpaint_zoo.config.build import construct, locate
from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.data.dataset import EvaluationDataset
from inpaint_zoo.data.mask_folders import check_mask_folders
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.manifest import Entry, Manifest, describe_samples, differences, read_manifest
from inpaint_zoo.evaluation.mask_first import MaskFirst
from inpaint_zoo.evaluation.methods import Sample
from inpaint_zoo.evaluation.protocols import Protocol
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.evaluation.trained_images import left_over, with_test_split
from inpaint_zoo.files.hashing import combined_hash
from inpaint_zoo.files.inputs import refuse_missing
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.images.reading import image_size
from inpaint_zoo.images.record import ImageRecord
from inpaint_zoo.masks import MaskGenerator, PairedMask
from inpaint_zoo.masks.files.checks import same_proportions, warn_about_empty, warn_about_outliers
from inpaint_zoo.runtime.progress import tracked


@dataclass(frozen=True)
class EvaluationSet:
    """Samples in a fixed order, with their manifest."""

    data: InpaintingDataModule
    dataset: EvaluationDataset
    protocol: Protocol
    manifest: Manifest

    @cached_property
    def sample_keys(self) -> Mapping[str, str]:
        """Hash of image and mask by the sample's name."""
        samples = self.manifest.samples
        return {entry.name: combined_hash({"image": entry.image, "mask": entry.mask}) for entry in samples}

    @property
    def sizes(self) -> Mapping[str, tuple[int, int]]:
        """(height, width) by the sample's name."""
        return {entry.name: entry.size for entry in self.manifest.samples}

    def load(self, indices: Sequence[int]) -> Iterator[Sample]:
        """Load these samples in this order, in the worker processes of the data module."""
        # images may differ in size, and methods take one image at a time
        filled = MaskFirst(self.dataset, self.protocol.fitting, self.data.center_crop)
        samples = _EightBitSamples(self.dataset, filled if self.protocol.mask_first else None)
        loader = self.data.evaluation_loader(samples, indices, batch_size=1)
        for index, batch in zip(indices, loader, strict=True):
            image, hole = batch["image"][0].numpy(), batch["mask"][0, 0].numpy().astype(bool)
            own = Sample(self.dataset.name(index), self.dataset.image_file(index).name, image, hole)
            yield own if "shown" not in batch else own._replace(image=batch["shown"][0].numpy(), original=image)


class _EightBitSamples(Dataset[dict[str, Tensor]]):
    """The samples in 8 bits, as methods take them; the floats of a `Batch` need four times the memory and time."""

    def __init__(self, dataset: EvaluationDataset, mask_first: MaskFirst | None) -> None:
        self.dataset = dataset
        self.mask_first = mask_first

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        image, mask = self.dataset.pixels(index)
        arrays = {"image": image, "mask": mask}
        if self.mask_first is not None:
            arrays["shown"] = self.mask_first.shown(index, mask[0].astype(bool))
        return {key: torch.from_numpy(array) for key, array in arrays.items()}


def evaluation_set(settings: Settings, trained_on: Sequence[ImageRecord] = ()) -> EvaluationSet:
    """Build the test set of the data with these masks, or the set that a manifest describes.

    Args:
        settings: What is evaluated, and on what.
        trained_on: The images of the trainings of all methods.

    Raises:
        InputError: Images or masks are missing, cannot be read, or differ from those of the manifest.
    """
    if settings.leave_out_trained and settings.manifest is not None:
        raise InputError("leave_out_trained=true: a manifest says which images are evaluated: leave out one of both")
    stored = None if settings.manifest is None else _read(settings, settings.manifest)
    data_node, mask_node = (settings.data, settings.mask) if stored is None else (stored.data, stored.mask)
    refuse_missing({"data": data_node, "mask": mask_node})
    protocol: Protocol = construct(settings.protocol)
    mask = _mask(mask_node, protocol)
    masked = {"mask": mask, "eval_mask": mask, **_threshold(data_node, protocol, "mask_")}
    data: InpaintingDataModule = construct(data_node, **masked, seed=data_node["eval_seed"])
    if data.damaged:
        raise InputError("data.damaged=true: these images are not complete, so that no fill can be measured on them")
    data_node = with_test_split(data_node, data, trained_on)
    dataset = data.evaluation_dataset(
        Split.TEST,
        protocol.prepare,
        fitting=protocol.fitting,
        # where nothing is resized, a mask of another size belongs to another image
        mask_resizing="refuse" if protocol.size is None else protocol.mask_resizing,
    )
    check_mask_folders(data_node, {"mask": mask_node}, dataset.images)
    dataset.mask_rule = settings.mask_rule if stored is None else stored.mask_rule
    if stored is not None:
        dataset.images = _listed_images(dataset, stored)
    if settings.leave_out_trained:
        dataset.images = left_over(dataset.images, trained_on)
    _refuse_unmatched(mask, dataset, protocol)
    entries = list(tracked(describe_samples(dataset), len(dataset), "hashes"))
    _warn_about_masks(entries, data_node, mask_node)
    manifest = Manifest(data_node, mask_node, settings.protocol, entries, dataset.mask_rule)
    if stored is not None and (changed := differences(stored.samples, entries)):
        raise InputError(f"the files do not match the manifest ({len(changed)} differ): {few(changed)}")
    return EvaluationSet(data, dataset, protocol, manifest)


def _mask(node: Mapping[str, Any], protocol: Protocol) -> MaskGenerator:
    """Build the mask generator; mask files are read and resized as the protocol says."""
    files = "resizing" in node
    given: dict[str, Any] = {"resizing": protocol.mask_resizing, **_threshold(node, protocol)} if files else {}
    if locate(node["_target_"], "mask") is PairedMask:
        # where nothing is resized, a mask of another size belongs to another image
        given |= {"resizing": "refuse"} if protocol.size is None else {"fitting": protocol.fitting}
    generator: MaskGenerator = construct(node, **given)
    return generator


def _threshold(node: Mapping[str, Any], protocol: Protocol, prefix: str = "") -> dict[str, int]:
    """The threshold of mask files that the protocol has: keys of `node`, which has them after `prefix`."""
    key = f"{prefix}threshold"
    if protocol.mask_threshold is None or key not in node:
        return {}
    # of files in which white is known, the inverse is what the protocol looks at
    return {key: 256 - protocol.mask_threshold if node[f"{prefix}invert"] else protocol.mask_threshold}


def _read(settings: Settings, path: str) -> Manifest:
    """Read a manifest; the folders of the settings, where given, replace those of the manifest.

    Raises:
        InputError: The manifest cannot be used, or was made with another protocol.
    """
    stored = read_manifest(Path(path).expanduser())
    # keys that are newer than the file and say nothing
    newer = {key for key, value in settings.protocol.items() if key not in stored.protocol and not value}
    if {key: value for key, value in settings.protocol.items() if key not in newer} != stored.protocol:
        raise InputError(
            f"manifest: {path} was made with {_protocol_title(stored.protocol)}, but the protocol is "
            f"{_protocol_title(settings.protocol)}: give the same protocol=, size= and mask_first="
        )
    return stored.with_roots(data=_given_root(settings.data), mask=_given_root(settings.mask))


def _given_root(node: Mapping[str, Any]) -> str | None:
    root = node.get("root")
    return None if root == "???" else root


def _protocol_title(protocol: Mapping[str, Any]) -> str:
    title = f"{str(protocol['_target_']).rpartition('.')[2]} at size {protocol['size']}"
    return f"{title} and mask_first=true" if protocol.get("mask_first") else title


def _listed_images(dataset: EvaluationDataset, stored: Manifest) -> list[Any]:
    """The images of the manifest in its order, whatever else the folder holds."""
    found = {image.name: image for image in dataset.images}
    names = list(dict.fromkeys(entry.photograph for entry in stored.samples))
    missing = [name for name in names if name not in found]
    if missing:
        raise InputError(
            f"manifest: {few(missing)} missing from the data ({len(missing)} of {len(names)} images; there are "
            f"{few(list(found), 3)}): give data.root=DIR of the images that it names"
        )
    return [found[name] for name in names]


def _refuse_unmatched(mask: MaskGenerator, dataset: EvaluationDataset, protocol: Protocol) -> None:
    if not isinstance(mask, PairedMask):
        return
    mask.refuse_missing([image.name for image in dataset.images])
    mask.check_orientation(dataset.images)
    if protocol.size is not None and protocol.fitting != "stretch":
        _refuse_other_proportions(mask, dataset, protocol.size)


def _warn_about_masks(entries: Sequence[Entry], data: Mapping[str, Any], mask: Mapping[str, Any]) -> None:
    """Name every mask file that is likely a mistake: when a folder is opened, only a few are looked at."""
    ratios = {entry.mask_source["file"]: entry.ratio for entry in entries if "file" in entry.mask_source}
    if ratios:
        of_images = bool(data.get("masks"))
        source, invert = ("data.masks", data.get("mask_invert")) if of_images else ("mask.root", mask.get("invert"))
        warn_about_outliers(ratios, source)
        warn_about_empty(ratios, source, invert=bool(invert))


def _refuse_other_proportions(mask: PairedMask, dataset: EvaluationDataset, size: tuple[int, int]) -> None:
    """A mask of the whole image is cropped like its image, a mask of the prepared image fits as it is."""
    sizes = {image.name: (mask.size(image.name), image_size(image.path)) for image in dataset.images}
    wrong = [
        name for name, (own, whole) in sizes.items() if not any(same_proportions(own, other) for other in (whole, size))
    ]
    if wrong:
        raise InputError(
            f"mask.root: {mask.folder.root}: {len(wrong)} of {len(sizes)} masks have neither the proportions of their "
            f"images nor those of {size[1]}x{size[0]} (width x height), so they do not fit the images: {few(wrong)}"
        )
