import numpy as np
import pytest
import skimage.data
from PIL import Image

from inpaint_zoo.evaluation.protocols import MADFProtocol


@pytest.mark.parametrize("size", [256, 512])
def test_images_are_stretched(size: int):
    image = skimage.data.chelsea()
    expected = Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC)
    assert np.array_equal(MADFProtocol(size=size).prepare(image), np.asarray(expected))
