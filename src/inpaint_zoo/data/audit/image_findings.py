"""What is the matter with images, concluded from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inpaint_zoo.data.audit.facts import ImageFacts
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.audit.perceptual_hash import alike
from inpaint_zoo.data.splits import Split
from inpaint_zoo.images.finding import ImageFile

Group = list["Entry"]
"""Images of the same pixels."""


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
        """With the split before it, as `data.exclude=` takes it."""
        return f"{self.split}/{self.image.name}"


def unreadable(entries: Iterable[Entry]) -> Finding:
    """Files of which not even the header can be read."""
    items = [_unusable(entry) for entry in entries if entry.facts.error and entry.facts.size is None]
    return Finding("Unreadable images", "Repair or remove them; they are in exclude.txt.", items)


def cut_off(entries: Iterable[Entry]) -> Finding:
    """Files whose header can be read, but not their pixels."""
    items = [_unusable(entry) for entry in entries if entry.facts.error and entry.facts.size is not None]
    return Finding("Truncated or damaged images", "Copy or download them again; they are in exclude.txt.", items)


def _unusable(entry: Entry) -> Item:
    return Item(entry.name, str(entry.facts.error), excluded=True, also=entry.also)


@dataclass(frozen=True)
class Preparation:
    """What training does to images before it cuts samples out of them; as in `InpaintingDataModule`."""

    size: tuple[int, int]
    center_crop: int | None
    resize: int | None

    def reaches(self, size: tuple[int, int]) -> bool:
        """Whether an image of this (height, width) is large enough for the square out of its centre."""
        return self.center_crop is None or min(size) >= self.center_crop

    def accepts(self, size: tuple[int, int]) -> bool:
        """Whether an image of this (height, width) is large enough in the end."""
        height, width = size if self.center_crop is None else (self.center_crop, self.center_crop)
        if self.resize is not None:
            height, width = (
                max(self.resize, round(side * self.resize / min(height, width))) for side in (height, width)
            )
        return self.reaches(size) and height >= self.size[0] and width >= self.size[1]


def tiny(entries: Iterable[Entry], preparation: Preparation) -> Finding:
    """Images that are still smaller than a sample after they were cut and resized; an error in training.

    What is smaller than the square out of the centre is an error in evaluation too.
    """
    sizes = list(_sizes(entries))
    small = [(entry, size) for entry, size in sizes if not preparation.accepts(size)]
    num_small, num_train = (sum(_is_train(entry) for entry, _ in pairs) for pairs in (small, sizes))
    # where they are most of all, it is not they that should go
    leave_out = 2 * num_small <= num_train
    items = [
        Item(
            entry.name,
            f"{width}x{height} (width x height)",
            excluded=leave_out and (_is_train(entry) or not preparation.reaches((height, width))),
        )
        for entry, (height, width) in small
    ]
    enough = max(preparation.size)
    ways = f"set data.resize={enough}, which enlarges them"
    if not all(preparation.reaches(size) for _, size in small):
        ways = f"set data.center_crop={min(min(size) for _, size in small)} and data.resize={enough}"
    advice = f"Those of train are in exclude.txt; or {ways}."
    if not leave_out:
        advice = f"Most of train are: lower data.size=, or {ways}."
    return Finding(_too_small_for(preparation), advice, items)


def _too_small_for(preparation: Preparation) -> str:
    crop = preparation.center_crop
    cut = "" if crop is None else f" or data.center_crop={crop}"
    return f"Images smaller than {preparation.size[1]}x{preparation.size[0]}{cut}"


def _sizes(entries: Iterable[Entry]) -> Iterator[tuple[Entry, tuple[int, int]]]:
    for entry in entries:
        if entry.facts.error is None and entry.facts.size is not None:
            yield entry, entry.facts.size


def groups_of(entries: Iterable[Entry]) -> list[Group]:
    """Readable images by their pixels, in their order."""
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


def overlap(groups: Iterable[Group], whole: frozenset[Split]) -> Finding:
    """Images of train (of val) whose pixels are in val or test (in test) too.

    Args:
        groups: As `groups_of`.
        whole: Splits that contain all of train on purpose; what they share is no finding.
    """
    items = []
    for group in groups:
        ordered = sorted(group, key=lambda entry: _ORDER[entry.split])
        for place, entry in enumerate(ordered):
            later = [other for other in ordered[place + 1 :] if _may_not_share(entry, other, whole)]
            if later:
                detail = f"has the pixels of {later[-1].name}"
                items.append(Item(entry.name, detail, excluded=entry.split is Split.TRAIN))
    return Finding("The same images in two splits", _OVERLAP_ADVICE, items)


_ORDER = {split: place for place, split in enumerate((Split.TRAIN, Split.VAL, Split.TEST))}
_LOOK_ADVICE = "Copies that were resized, cut or saved again, or smooth images that merely look so: look at them."
_OVERLAP_ADVICE = "What is trained on cannot be evaluated by; those of train are in exclude.txt."


def _may_not_share(entry: Entry, other: Entry, whole: frozenset[Split]) -> bool:
    same_file = str(entry.image.path) == str(other.image.path)
    return entry.split is not other.split and not (same_file and other.split in whole)


def near_duplicates(groups: Sequence[Group], whole: frozenset[Split]) -> tuple[Finding, Finding]:
    """Different pixels that look the same: in two splits, and within one."""
    across: dict[str, tuple[int, Item]] = {}
    within: dict[str, tuple[int, Item]] = {}
    for first, second, bits in _pairs(groups):
        for one, other in _met(first, second, whole):
            found = across if one.split is not other.split else within
            item = Item(
                one.name, f"looks like {other.name} ({bits} of 256 bits differ)", found is across and _is_train(one)
            )
            if bits < found.get(one.name, (257, item))[0]:
                found[one.name] = (bits, item)
    return (
        Finding(
            "Look-alikes in two splits",
            f"{_LOOK_ADVICE} Those of train are in exclude.txt.",
            [item for _, item in across.values()],
        ),
        Finding(
            "Look-alikes",
            f"{_LOOK_ADVICE} They are not in exclude.txt.",
            [item for name, (_, item) in within.items() if name not in across],
        ),
    )


def _is_train(entry: Entry) -> bool:
    return entry.split is Split.TRAIN


def _pairs(groups: Sequence[Group]) -> Iterator[tuple[Group, Group, int]]:
    """Groups that look alike, each with the others that matter: of the same look, the first of each split."""
    by_look: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group[0].facts.look is not None:
            by_look[group[0].facts.look].append(group)
    looks = list(by_look)
    firsts = {look: _first_of_each_split(same) for look, same in by_look.items()}
    for look, same in by_look.items():
        yield from ((group, other, 0) for group in same for other in firsts[look] if other is not group)
    for first, second, bits in alike(looks):
        yield from ((one, two, bits) for one in firsts[looks[first]] for two in firsts[looks[second]])


def _first_of_each_split(groups: Sequence[Group]) -> list[Group]:
    first: dict[Split, Group] = {}
    for group in groups:
        for entry in group:
            first.setdefault(entry.split, group)
    return list({id(group): group for group in first.values()}.values())


def _met(first: Group, second: Group, whole: frozenset[Split]) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of images, the one to be left out first; of images of the same pixels, the first of each split."""
    for one in _firsts(first):
        for two in _firsts(second):
            early, late = sorted((two, one), key=lambda entry: _ORDER[entry.split])
            if early.split is late.split:
                # of two in a split the later one by name is named, once
                yield (one, two) if one.name > two.name else (two, one)
            elif late.split not in whole:
                yield early, late


def _firsts(group: Group) -> list[Entry]:
    first: dict[Split, Entry] = {}
    for entry in group:
        first.setdefault(entry.split, entry)
    return list(first.values())


def entries_once(
    images: Mapping[Split, Sequence[ImageFile]], facts: Mapping[str, ImageFacts], whole: frozenset[Split]
) -> list[Entry]:
    """The images of all splits; a file that stands in another split and in a whole one counts in the other one."""
    names: dict[str, list[str]] = defaultdict(list)
    for split in whole:
        for image in images[split]:
            names[str(image.path)].append(f"{split}/{image.name}")
    others = [split for split in images if split not in whole]
    entries = [
        Entry(split, each, facts[str(each.path)], tuple(names.pop(str(each.path), ())))
        for split in others
        for each in images[split]
    ]
    rest = [Entry(split, each, facts[str(each.path)]) for split in whole for each in images[split]]
    return entries + [entry for entry in rest if str(entry.image.path) in names]


def whole_splits(images: Mapping[Split, Sequence[ImageFile]]) -> frozenset[Split]:
    """Splits that contain every file of train, such as the test set of a folder that is to be evaluated."""
    train = {str(image.path) for image in images.get(Split.TRAIN, ())}
    others = [split for split in images if split is not Split.TRAIN and train]
    return frozenset(split for split in others if train <= {str(image.path) for image in images[split]})
