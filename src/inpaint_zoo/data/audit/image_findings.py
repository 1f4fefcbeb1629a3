"""Findings about images, derived from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inpaint_zoo.data.audit.facts import ImageFacts
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.audit.perceptual_hash import near_pairs
from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.data.splits import Split
from inpaint_zoo.images.finding import ImageFile

Group = list["Entry"]
"""Images with the same pixels."""


@dataclass(frozen=True)
class Entry:
    """An image of a split."""

    split: Split
    image: ImageFile
    facts: ImageFacts
    also: tuple[str, ...] = ()
    """As in `Item`."""

    @property
    def name(self) -> str:
        """The split and the name, as `data.exclude=` takes it."""
        return f"{self.split}/{self.image.name}"


def unreadable(entries: Iterable[Entry]) -> Finding:
    """Files whose header cannot be read."""
    items = [_unusable(entry) for entry in entries if entry.facts.error and entry.facts.size is None]
    return Finding("Unreadable images", "Repair or remove them; they are in exclude.txt.", items)


def truncated(entries: Iterable[Entry]) -> Finding:
    """Files whose header can be read, but not the pixels."""
    items = [_unusable(entry) for entry in entries if entry.facts.error and entry.facts.size is not None]
    return Finding("Truncated or damaged images", "Copy or download them again; they are in exclude.txt.", items)


def _unusable(entry: Entry) -> Item:
    return Item(entry.name, str(entry.facts.error), excluded=True, also=entry.also)


def too_small(entries: Iterable[Entry], preparation: Preparation) -> Finding:
    """Images that are smaller than a sample after the crop of the centre and the resizing, an error in training.

    An image smaller than `center_crop` is an error in evaluation too.
    """
    sizes = [
        (entry, entry.facts.size) for entry in entries if entry.facts.error is None and entry.facts.size is not None
    ]
    small = [(entry, size) for entry, size in sizes if not preparation.accepts(size)]
    num_small, num_train = (sum(_is_train(entry) for entry, _ in pairs) for pairs in (small, sizes))
    # if most images are too small, the settings are wrong, not the images
    leave_out = 2 * num_small <= num_train
    items = [
        Item(
            entry.name,
            f"{width}x{height} (width x height)",
            excluded=leave_out and (_is_train(entry) or not preparation.can_crop_center((height, width))),
        )
        for entry, (height, width) in small
    ]
    enough = f"data.resize={max(preparation.least)}"
    ways = f"set {enough}, which enlarges them"
    if not all(preparation.can_crop_center(size) for _, size in small):
        square = f"data.center_crop={min(min(size) for _, size in small)}"
        ways = f"set {square} and {enough}" if preparation.is_random else f"set {square}"
    advice = f"Those of train are in exclude.txt; or {ways}."
    if not leave_out:
        advice = f"Most of train are: lower data.size=, or {ways}."
    sizes_needed = [] if preparation.least == (1, 1) else ["{1}x{0}".format(*preparation.least)]
    if preparation.center_crop is not None:
        sizes_needed.append(f"data.center_crop={preparation.center_crop}")
    return Finding(f"Images smaller than {' or '.join(sizes_needed)}", advice, items)


def groups_of(entries: Iterable[Entry]) -> list[Group]:
    """Readable images grouped by their pixels, in order."""
    groups: dict[str, Group] = defaultdict(list)
    for entry in entries:
        if entry.facts.pixels is not None:
            groups[entry.facts.pixels].append(entry)
    return list(groups.values())


def duplicates(groups: Iterable[Group]) -> Finding:
    """Different files of one split with the same pixels."""
    items = []
    for group in groups:
        first: dict[Split, Entry] = {}
        for entry in group:
            other = first.setdefault(entry.split, entry)
            if other is not entry:
                detail = f"has the pixels of {other.name}"
                items.append(Item(entry.name, detail, excluded=entry.split is Split.TRAIN))
    return Finding("Duplicates", "They count twice; those of train are in exclude.txt.", items)


def overlap(groups: Iterable[Group], containing_train: frozenset[Split]) -> Finding:
    """Images of train (of val) whose pixels are in val or test (in test) too.

    Args:
        groups: From `groups_of`.
        containing_train: Splits that intentionally contain all of train; what they share is not a finding.
    """
    items = []
    for group in groups:
        ordered = sorted(group, key=lambda entry: _ORDER[entry.split])
        for place, entry in enumerate(ordered):
            later = [other for other in ordered[place + 1 :] if _may_not_share(entry, other, containing_train)]
            if later:
                detail = f"has the pixels of {later[-1].name}"
                items.append(Item(entry.name, detail, excluded=entry.split is Split.TRAIN))
    return Finding("The same images in two splits", _OVERLAP_ADVICE, items)


_ORDER = {split: place for place, split in enumerate((Split.TRAIN, Split.VAL, Split.TEST))}
_NEAR_ADVICE = "Copies that were resized, cropped or saved again, or similar smooth images: compare them by eye."
_OVERLAP_ADVICE = "Images that were trained on bias an evaluation; those of train are in exclude.txt."


def _may_not_share(entry: Entry, other: Entry, containing_train: frozenset[Split]) -> bool:
    same_file = str(entry.image.path) == str(other.image.path)
    return entry.split is not other.split and not (same_file and other.split in containing_train)


def near_duplicates(groups: Sequence[Group], containing_train: frozenset[Split]) -> tuple[Finding, Finding]:
    """Images with nearly the same perceptual hash: in two splits, and within one."""
    across: dict[str, tuple[int, Item]] = {}
    within: dict[str, tuple[int, Item]] = {}
    for first, second, bits in _pairs(groups):
        for one, other in _pairs_to_report(first, second, containing_train):
            found = across if one.split is not other.split else within
            item = Item(
                one.name, f"is similar to {other.name} ({bits} of 256 bits differ)", found is across and _is_train(one)
            )
            if bits < found.get(one.name, (257, item))[0]:
                found[one.name] = (bits, item)
    return (
        Finding(
            "Near duplicates in two splits",
            f"{_NEAR_ADVICE} Those of train are in exclude.txt.",
            [item for _, item in across.values()],
        ),
        Finding(
            "Near duplicates",
            f"{_NEAR_ADVICE} They are not in exclude.txt.",
            [item for name, (_, item) in within.items() if name not in across],
        ),
    )


def _is_train(entry: Entry) -> bool:
    return entry.split is Split.TRAIN


def _pairs(groups: Sequence[Group]) -> Iterator[tuple[Group, Group, int]]:
    """Pairs of near duplicates; of groups with the same hash, the first of each split stands for the others."""
    by_hash: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group[0].facts.perceptual_hash is not None:
            by_hash[group[0].facts.perceptual_hash].append(group)
    hashes = list(by_hash)
    firsts = {key: _first_of_each_split(same) for key, same in by_hash.items()}
    for key, same in by_hash.items():
        yield from ((group, other, 0) for group in same for other in firsts[key] if other is not group)
    for first, second, bits in near_pairs(hashes):
        yield from ((one, two, bits) for one in firsts[hashes[first]] for two in firsts[hashes[second]])


def _first_of_each_split(groups: Sequence[Group]) -> list[Group]:
    first: dict[Split, Group] = {}
    for group in groups:
        for entry in group:
            first.setdefault(entry.split, group)
    return list({id(group): group for group in first.values()}.values())


def _pairs_to_report(first: Group, second: Group, containing_train: frozenset[Split]) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of images of two groups, the one to be left out first; each split is represented by its first image."""
    for one in _firsts(first):
        for two in _firsts(second):
            early, late = sorted((two, one), key=lambda entry: _ORDER[entry.split])
            if early.split is late.split:
                # of two in the same split, the later one by name is reported
                yield (one, two) if one.name > two.name else (two, one)
            elif late.split not in containing_train:
                yield early, late


def _firsts(group: Group) -> list[Entry]:
    first: dict[Split, Entry] = {}
    for entry in group:
        first.setdefault(entry.split, entry)
    return list(first.values())


def unique_entries(
    images: Mapping[Split, Sequence[ImageFile]], facts: Mapping[str, ImageFacts], containing_train: frozenset[Split]
) -> list[Entry]:
    """The images of all splits; those of a split that contains train are left out if another split has the file."""
    names: dict[str, list[str]] = defaultdict(list)
    for split in containing_train:
        for image in images[split]:
            names[str(image.path)].append(f"{split}/{image.name}")
    others = [split for split in images if split not in containing_train]
    entries = [
        Entry(split, each, facts[str(each.path)], tuple(names.pop(str(each.path), ())))
        for split in others
        for each in images[split]
    ]
    rest = [Entry(split, each, facts[str(each.path)]) for split in containing_train for each in images[split]]
    return entries + [entry for entry in rest if str(entry.image.path) in names]


def splits_containing_train(images: Mapping[Split, Sequence[ImageFile]]) -> frozenset[Split]:
    """Splits that contain every file of train, such as the test set of a folder with `test_split=all`."""
    train = {str(image.path) for image in images.get(Split.TRAIN, ())}
    others = [split for split in images if split is not Split.TRAIN and train]
    return frozenset(split for split in others if train <= {str(image.path) for image in images[split]})
