"""The result of an audit, and how it follows from the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from inpaint_zoo.data.audit import image_findings, mask_findings
from inpaint_zoo.data.audit.facts import ImageFacts, MaskFacts
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.audit.image_findings import Entry
from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.data.splits import Split
from inpaint_zoo.images.finding import ImageFile


@dataclass(frozen=True)
class MaskSummary:
    """The masks of an audit."""

    source: str
    """A description of their source."""
    ratios: Sequence[float]
    """Share of holes of each mask that could be read."""
    files: Mapping[str, MaskFacts] = field(default_factory=dict)
    """By name; empty if masks are generated."""
    threshold: int = 128
    invert: bool = False
    keys: str = "mask."
    """The prefix of `threshold` and `invert` in the configuration."""
    of_images: Mapping[str, str] = field(default_factory=dict)
    """For paired masks: the name of the mask by the name of its image, which starts with the split."""
    missing: Sequence[str] = ()
    """Images without a mask."""


@dataclass(frozen=True)
class Diagnosis:
    """The result of an audit."""

    counts: Mapping[str, int]
    """Images, by split."""
    num_files: int
    findings: Sequence[Finding]
    """Findings that have items."""
    notes: Sequence[str]
    masks: MaskSummary | None
    left_out: Sequence[str] = ()
    """Names that `data.exclude=` already leaves out; these images were not read."""

    @property
    def excluded(self) -> dict[str, list[str]]:
        """Names of images to leave out, with the reasons."""
        reasons: dict[str, list[str]] = {}
        for finding in self.findings:
            for item in finding.items:
                for name in (item.name, *item.also) if item.excluded else ():
                    reasons.setdefault(name, []).append(f"{finding.title}: {item.detail}")
        return reasons

    @property
    def num_excluded(self) -> int:
        """How many images are to be left out, each counted once."""
        return len({item.name for finding in self.findings for item in finding.items if item.excluded})


def diagnose(
    images: Mapping[Split, Sequence[ImageFile]],
    facts: Mapping[str, ImageFacts],
    masks: MaskSummary | None,
    *,
    preparation: Preparation,
    notes: Sequence[str],
    left_out: Sequence[str] = (),
    advice: str = "",
) -> Diagnosis:
    """Derive the findings from the facts.

    Args:
        images: By split.
        facts: By path, as a string.
        masks: The facts about masks.
        preparation: What training does to images.
        notes: Further notes.
        left_out: As in `Diagnosis`.
        advice: Added to the note on splits that contain all of train.
    """
    containing_train = image_findings.splits_containing_train(images)
    entries = image_findings.unique_entries(images, facts, containing_train)
    found = [*_of_images(entries, preparation, containing_train), *(_of_masks(masks, entries) if masks else ())]
    said = [
        f"{split} contains every image of train: a score on it says nothing about images that were not trained on"
        f"{advice}"
        for split in sorted(containing_train)
    ]
    return Diagnosis(
        counts={str(split): len(listed) for split, listed in images.items()},
        num_files=len(facts),
        findings=[finding for finding in found if finding.items],
        notes=[*notes, *said],
        masks=masks,
        left_out=left_out,
    )


def _of_images(
    entries: Sequence[Entry], preparation: Preparation, containing_train: frozenset[Split]
) -> Iterator[Finding]:
    yield image_findings.unreadable(entries)
    yield image_findings.truncated(entries)
    yield image_findings.too_small(entries, preparation)
    groups = image_findings.groups_of(entries)
    yield image_findings.overlap(groups, containing_train)
    across, within = image_findings.near_duplicates(groups, containing_train)
    yield across
    yield image_findings.duplicates(groups)
    yield within


def _of_masks(masks: MaskSummary, entries: Sequence[Entry]) -> Iterator[Finding]:
    yield mask_findings.unreadable_masks(masks.files)
    yield mask_findings.polarity(masks.files, masks.invert, masks.keys)
    yield mask_findings.dark_masks(masks.files, masks.threshold, masks.keys)
    yield mask_findings.soft_masks(masks.files, masks.threshold, masks.keys)
    yield mask_findings.jpeg_masks(masks.files, masks.keys)
    yield mask_findings.empty_masks(masks.files)
    yield mask_findings.full_masks(masks.files)
    yield mask_findings.unpaired(masks.missing)
    pairs = {
        entry.name: (entry.facts, masks.files[masks.of_images[entry.name]])
        for entry in entries
        if entry.name in masks.of_images
    }
    yield mask_findings.misfits(pairs)


__all__ = ["Diagnosis", "Finding", "Item", "MaskSummary", "diagnose"]
