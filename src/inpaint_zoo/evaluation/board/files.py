"""What can be checked of results without running their methods: images, masks and files beside them, and the data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.board.entries import Entry
from inpaint_zoo.evaluation.manifest import Entry as Sample
from inpaint_zoo.evaluation.result_images import IMAGES, KeptImages
from inpaint_zoo.evaluation.verification.numbers import is_equal
from inpaint_zoo.files.hashing import file_hash, pixel_hash
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.reading import read_image, read_mask
from inpaint_zoo.metrics.records import write_records
from inpaint_zoo.metrics.score import keys_of, measures_of, score_by


@dataclass
class Checker:
    """Checks the files of results.

    Args:
        tolerance: Largest difference of a number that counts as equal.
        data: Folder of the original images; None: not at hand.
        masks: Folder of the mask files; None: not at hand.
        methods: Files of weights, by the method's name.
    """

    tolerance: float
    data: Path | None = None
    masks: Path | None = None
    methods: Mapping[str, Path] = field(default_factory=dict)
    _originals: dict[str, tuple[str, Path]] = field(default_factory=dict)
    """Of each sample: hash of the prepared original, and the folder where it was found first."""

    def check(self, entry: Entry, spare: Path) -> None:
        """Note what was checked in the entry.

        Args:
            entry: Its folder may hold the other files of an evaluation.
            spare: An empty folder.

        Raises:
            InputError: A file is not what the results say; one line that names it.
        """
        try:
            self._check_weights(entry)
            self._check_data(entry)
            self._check_records_file(entry, spare / "records.csv")
            self._check_images(entry)
        except InputError as error:
            raise InputError(f"{entry.path}: {error}") from error
        self._name_the_rest(entry)

    def _check_weights(self, entry: Entry) -> None:
        for title in entry.titles:
            if title not in self.methods:
                continue
            weights = entry.results.labels["methods"][title].get("weights")
            if file_hash(self.methods[title]) != weights:
                raise InputError(f"{title}: {self.methods[title]} holds other weights than it was evaluated with")
            entry.checked.append(f"weights of {title} are those of {self.methods[title].name}")

    def _check_data(self, entry: Entry) -> None:
        images = {sample.photograph: sample.image for sample in entry.complete.samples}
        files = {
            str(sample.mask_source["file"]): sample.mask_file
            for sample in entry.complete.samples
            if "file" in sample.mask_source and sample.mask_file is not None
        }
        for root, hashes, what in ((self.data, images, "data.root"), (self.masks, files, "mask.root")):
            if root is None:
                continue
            for name, digest in hashes.items():
                if file_hash(_below(root, name)) != digest:
                    raise InputError(f"{what}: {name} is not what was evaluated")
            entry.checked.append(f"{len(hashes)} files of {what} are those that were evaluated")

    def _check_records_file(self, entry: Entry, spare: Path) -> None:
        given = entry.path.parent / "records.csv"
        if not given.is_file():
            return
        write_records(entry.records, spare)
        if given.stat().st_size != spare.stat().st_size or given.read_bytes() != spare.read_bytes():
            raise InputError("records.csv beside it has other records")
        entry.checked.append("records.csv has the same records")

    def _check_images(self, entry: Entry) -> None:
        folder = entry.path.parent / IMAGES
        if not folder.is_dir():
            entry.not_checked.append("records: no images beside the file")
            return
        metrics = entry.protocol.metrics
        measures = {name: measure for name, measure in measures_of(metrics, None).items() if _is_of_8_bits(measure)}
        kept, missing = KeptImages(folder), 0
        for name, sample in entry.samples.items():
            paths = [kept.original(name), kept.mask(name), *(kept.composite(title, name) for title in entry.titles)]
            if not all(path.is_file() for path in paths):
                missing += 1
                continue
            original, hole = self._sample(entry, sample, kept)
            for title in entry.titles:
                composite = _image(kept.composite(title, name), folder, sample)
                if not np.array_equal(composite[~hole], original[~hole]):
                    raise InputError(f"{IMAGES}/{title}, {name}: known pixels are not those of the original")
                found = score_by(original, composite, hole, measures)
                self._compare(entry, (title, name), {key: found[key] for key in _keys(measures)})
        done = len(entry.samples) - missing
        entry.checked.append(f"{', '.join(measures)} of {done} of {len(entry.samples)} images follow from the images")
        if missing:
            entry.not_checked.append(f"{missing} of {len(entry.samples)} images are not beside the file")
        known = {"psnr", "ssim", "l1"} - measures.keys()
        if known:
            entry.not_checked.append(
                f"{', '.join(sorted(known))}: this protocol measures them before images have 8 bits"
            )

    def _sample(self, entry: Entry, sample: Sample, kept: KeptImages) -> tuple[ImageArray, np.ndarray]:
        """The original (H, W, 3) and the hole (H, W) of a sample."""
        folder = kept.folder
        original = _image(kept.original(sample.name), folder, sample)
        hole = _image(kept.mask(sample.name), folder, sample, is_mask=True) > 0
        if pixel_hash(hole) != sample.mask:
            raise InputError(f"{IMAGES}/mask, {sample.name}: is not the mask that was evaluated")
        if self.data is not None and entry.results.settings["data"].get("center_crop") is None:
            photograph = read_image(_below(self.data, sample.photograph))
            if not np.array_equal(entry.protocol.prepare(photograph), original):
                raise InputError(f"{IMAGES}/original, {sample.name}: is not {sample.photograph} of data.root")
        digest = hashlib.sha256(original.tobytes()).hexdigest()
        first = self._originals.setdefault(sample.name, (digest, folder))
        if first[0] != digest:
            raise InputError(f"{IMAGES}/original, {sample.name}: is another image than in {first[1]}")
        return original, hole

    def _compare(self, entry: Entry, place: tuple[str, str], found: Mapping[str, float | None]) -> None:
        stored = entry.results.numbers[place]
        for key, value in found.items():
            if not is_equal(stored[key], value, self.tolerance):
                raise InputError(f"{', '.join(place)}: {key} of the images is {value}, the file says {stored[key]}")

    def _name_the_rest(self, entry: Entry) -> None:
        results = entry.results
        if any(numbers["lpips"] is not None for numbers in results.numbers.values()):
            entry.not_checked.append("LPIPS: its network is not run")
        if results.set_scores:
            entry.not_checked.append("FID, U-IDS, P-IDS: their network is not run")
        unknown = [title for title in entry.titles if title not in self.methods]
        if unknown:
            entry.not_checked.append("that the images come from the methods: `verify` fills the holes again")
        if self.data is None:
            entry.not_checked.append("originals: give data.root=DIR")
        if results.costs:
            entry.not_checked.append("costs: measured elsewhere")


def _keys(measures: Mapping[str, object]) -> Iterator[str]:
    return (key for key in keys_of(measures) if not key.startswith("known_"))


def _is_of_8_bits(measure: object) -> bool:
    """Whether a measure converts images to 8 bits first, so that files hold all that it needs."""
    levels = getattr(measure, "levels", None)
    return levels is not None and levels(np.zeros((1, 1, 3), np.float32)).dtype == np.uint8


def _image(path: Path, folder: Path, sample: Sample, *, is_mask: bool = False) -> np.ndarray:
    """An image of the size of its sample, below a folder, also behind links."""
    pixels = read_mask(_below(folder, path)) if is_mask else read_image(_below(folder, path))
    if pixels.shape[:2] != sample.size:
        raise InputError(f"{path.relative_to(folder.parent)}: has another size than its sample")
    return pixels


def _below(folder: Path, name: str | Path) -> Path:
    path = name if isinstance(name, Path) else folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{name} leads out of {folder}")
    return path


def folders_of(values: Sequence[tuple[str, str | None]]) -> list[Path | None]:
    """Folders that a user gives, by their keys.

    Raises:
        InputError: One does not exist.
    """
    paths = [None if value is None else Path(value).expanduser() for _, value in values]
    for (key, _), path in zip(values, paths, strict=True):
        if path is not None and not path.is_dir():
            raise InputError(f"{key}: {path} does not exist: give a folder")
    return paths
