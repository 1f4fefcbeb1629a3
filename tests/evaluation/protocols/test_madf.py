import numpy as np
import pytest
import skimage.data
from PIL import Image
from torchvision.transforms import Resize

from inpaint_zoo.evaluation.protocols import MADFProtocol


@pytest.mark.parametrize("size", [256, 512])
def test_images_are_stretched_by_the_default_of_torchvision(size: int):
    image = skimage.data.chelsea()
    expected = Resize((size, size))(Image.fromarray(image))
    assert np.array_equal(MADFProtocol(size=size).prepare(image), np.asarray(expected))
