from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from inpaint_zoo.audit.battery import audit, faults
from inpaint_zoo.audit.files import subject_of_results, write_images
from inpaint_zoo.audit.finding import Verdict
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.reading import read_image

SIZE = 32
Array = np.ndarray


def right(image: Array, mask: Array) -> Array:
    if (mask > 127).all():
        return image * 0
    places = ndimage.distance_transform_edt(mask > 127, return_distances=False, return_indices=True)
    return image[tuple(places)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "new"
    assert write_images(folder, SIZE) == len(list((folder / "images").iterdir()))
    return folder


@pytest.fixture
def filled(corpus: Path, tmp_path: Path) -> Callable[[Callable[[Array, Array], Array]], Path]:
    """The folder that a program writes."""

    def make(fill: Callable[[Array, Array], Array]) -> Path:
        for path in sorted((corpus / "images").iterdir()):
            image, mask = (np.array(Image.open(corpus / kind / path.name)) for kind in ("images", "masks"))
            Image.fromarray(fill(image, mask)).save(tmp_path / path.name)
        return tmp_path

    return make


def test_a_right_program_passes(filled: Callable[..., Path]) -> None:
    found = audit(subject_of_results(filled(right), SIZE), SIZE)
    assert faults(found) == []
    others = {title for title, finding in found.items() if finding.verdict is Verdict.NOT_APPLICABLE}
    assert others == {"batch", "threads", "NaN in the hole", "masks of 255"}


def test_a_leak_of_a_program_is_found(filled: Callable[..., Path]) -> None:
    folder = filled(lambda image, mask: np.where(mask[..., None] > 127, right(image, mask) // 2 + image // 2, image))
    found = audit(subject_of_results(folder, SIZE), SIZE)
    assert faults(found) == ["truth in the hole"]
    assert "% of what stands there is mixed in" in found["truth in the hole"].seen


def test_a_random_program_is_found(filled: Callable[..., Path]) -> None:
    random = np.random.RandomState(0)
    folder = filled(
        lambda image, mask: np.where(mask[..., None] > 127, random.randint(0, 99, image.shape).astype(np.uint8), image)
    )
    found = audit(subject_of_results(folder, SIZE), SIZE)
    assert faults(found) == ["same call twice"]
    assert found["truth in the hole"].verdict is Verdict.NOT_APPLICABLE


def test_what_a_program_has_not_filled_is_told(filled: Callable[..., Path]) -> None:
    folder = filled(right)
    odd = [path for path in folder.iterdir() if read_image(path).shape[1] % 2]
    for path in odd:
        path.unlink()
    found = audit(subject_of_results(folder, SIZE), SIZE)
    assert odd
    assert faults(found) == ["other sizes"]
    assert (
        f"fails at 33x35, 15x16 (width x height): methods.results: {folder} has no image" in found["other sizes"].seen
    )


def test_other_folders_are_refused(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not empty: give a new folder"):
        write_images(corpus, SIZE)
    Image.new("RGB", (8, 8)).save(tmp_path / "holiday.png")
    with pytest.raises(InputError, match=r"has none of the images that audit corpus=DIR writes: 01, 02"):
        subject_of_results(tmp_path, SIZE)
