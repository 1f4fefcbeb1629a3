import numpy as np
import skimage.data
import torch
from PIL import Image

from inpaint_zoo.evaluation.protocols import CTSDGProtocol, StandardProtocol
from inpaint_zoo.zoo import create_model

CTSDG = CTSDGProtocol(size=256)


def test_images_are_stretched_bilinearly():
    image = skimage.data.chelsea()
    expected = np.asarray(Image.fromarray(image).resize((256, 256), Image.Resampling.BILINEAR))
    assert np.array_equal(CTSDG.prepare(image), expected)


def test_its_network_is_shown_what_is_in_the_hole_and_that_of_standard_is_not(small_network):
    rng = torch.Generator().manual_seed(0)
    image, other = torch.rand(2, 1, 3, 32, 32, generator=rng)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    changed = torch.where(mask == 1, other, image)
    for protocol in (CTSDG, StandardProtocol(size=32)):
        torch.manual_seed(1)
        arguments = small_network("ctsdg") | dict(protocol.network_overrides.get("ctsdg", {}))
        network = create_model("ctsdg", **arguments)
        with torch.no_grad():
            same = torch.equal(network(image, mask).image, network(changed, mask).image)
        assert same != protocol.leaks
