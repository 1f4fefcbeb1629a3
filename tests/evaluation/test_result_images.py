from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.evaluation.methods import Sample
from inpaint_zoo.evaluation.result_images import KeptImages, is_title
from inpaint_zoo.images.reading import read_image, read_mask


def test_images_are_written_and_found_again(tmp_path: Path) -> None:
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    sample = Sample("sub/a.jpg", "sub/a.jpg", image, np.eye(4, dtype=bool))
    kept = KeptImages(tmp_path)
    assert not kept.holds("telea", sample.name)
    kept.write(sample, "telea", 255 - image)
    assert kept.holds("telea", sample.name)
    assert not kept.holds("other", sample.name)
    assert np.array_equal(read_image(kept.composite("telea", sample.name)), 255 - image)
    assert np.array_equal(read_mask(kept.mask(sample.name)), np.eye(4) * 255)
    assert kept.case(sample.name, ["telea"]).composites == {"telea": tmp_path / "telea" / "sub" / "a.png"}


@pytest.mark.parametrize("title", ["misf", "misf@0", "L1 + VGG (ours)", "a.b-c"])
def test_names_of_methods(title: str) -> None:
    assert is_title(title)


@pytest.mark.parametrize("title", ["", "../x", "a/b", " a", "a.", "original", "mask", "a\nb", "a:b"])
def test_names_that_are_no_folder_of_a_method(title: str) -> None:
    assert not is_title(title)
