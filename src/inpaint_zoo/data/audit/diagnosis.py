"""All that was found, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from inpaint_zoo.data.audit import image_findings as picture_findings
from inpaint_zoo.data.audit import mask_findings
from inpaint_zoo.data.audit.facts import MaskFacts, PictureFacts
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.audit.image_findings import Entry, Preparation
from inpaint_zoo.data.splits import Split
from inpaint_zoo.images.finding import PictureFile


@dataclass(frozen=True)
class MaskSummary:
    """What was examined of masks."""

    source: str
    """Where they come from, in words."""
    ratios: Sequence[float]
    """Share of holes of each mask that could be read."""
    files: Mapping[str, MaskFacts] = field(default_factory=dict)
    """By name; empty where masks are made."""
    threshold: int = 128
    invert: bool = False
    keys: str = "mask."
    """What stands before `threshold` and `invert` in the configuration."""
    of_pictures: Mapping[str, str] = field(default_factory=dict)
    """For masks that belong to pictures: the mask of each picture, by names; a picture's has its split before it."""
    missing: Sequence[str] = ()
    """Pictures that have none."""


@dataclass(frozen=True)
class Diagnosis:
    """The outcome of an examination."""

    counts: Mapping[str, int]
    """Pictures, by split."""
    num_files: int
    findings: Sequence[Finding]
    """Those that have items."""
    notes: Sequence[str]
    masks: MaskSummary | None
    left_out: Sequence[str] = ()
    """Names that `data.exclude=` had already; pictures of these were not examined."""

    @property
    def excluded(self) -> dict[str, list[str]]:
        """Names of pictures to leave out, and why."""
        reasons: dict[str, list[str]] = {}
        for finding in self.findings:
            for item in finding.items:
                for name in (item.name, *item.also) if item.excluded else ():
                    reasons.setdefault(name, []).append(f"{finding.title}: {item.detail}")
        return reasons

    @property
    def num_excluded(self) -> int:
        """How many pictures are to be left out, each of them counted once."""
        return len({item.name for finding in self.findings for item in finding.items if item.excluded})


def diagnose(
    pictures: Mapping[Split, Sequence[PictureFile]],
    facts: Mapping[str, PictureFacts],
    masks: MaskSummary | None,
    *,
    preparation: Preparation,
    notes: Sequence[str],
    left_out: Sequence[str] = (),
    way_out: str = "",
) -> Diagnosis:
    """Conclude from facts.

    Args:
        pictures: By split.
        facts: By path, as text.
        masks: What is known of masks.
        preparation: What training does to pictures.
        notes: What else is to be said.
        left_out: As in `Diagnosis`.
        way_out: Said behind the note on splits that contain all of train.
    """
    whole = picture_findings.whole_splits(pictures)
    entries = picture_findings.entries_once(pictures, facts, whole)
    found = [*_of_pictures(entries, preparation, whole), *(_of_masks(masks, entries) if masks else ())]
    said = [
        f"{split} contains every picture of train: a score on it says nothing about pictures that were not trained on"
        f"{way_out}"
        for split in sorted(whole)
    ]
    return Diagnosis(
        counts={str(split): len(listed) for split, listed in pictures.items()},
        num_files=len(facts),
        findings=[finding for finding in found if finding.items],
        notes=[*notes, *said],
        masks=masks,
        left_out=left_out,
    )


def _of_pictures(entries: Sequence[Entry], preparation: Preparation, whole: frozenset[Split]) -> Iterator[Finding]:
    yield picture_findings.unreadable(entries)
    yield picture_findings.cut_off(entries)
    yield picture_findings.tiny(entries, preparation)
    groups = picture_findings.groups_of(entries)
    yield picture_findings.overlap(groups, whole)
    across, within = picture_findings.look_alikes(groups, whole)
    yield across
    yield picture_findings.duplicates(groups)
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
        entry.name: (entry.facts, masks.files[masks.of_pictures[entry.name]])
        for entry in entries
        if entry.name in masks.of_pictures
    }
    yield mask_findings.misfits(pairs)


__all__ = ["Diagnosis", "Finding", "Item", "MaskSummary", "diagnose"]
