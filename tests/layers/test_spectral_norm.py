from __future__ import annotations

import torch
from torch import nn

from inpaint_zoo.layers.spectral_norm import normalize_spectra


def test_weights_of_convolutions_get_a_largest_singular_value_of_one() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ConvTranspose2d(5, 4, 4, 2, 1)).double()
    normalize_spectra(network)
    for _ in range(300):  # of power iterations
        network(torch.rand(1, 3, 8, 8, dtype=torch.float64))
    network.eval()
    for layer, outputs_first in ((network[0], 0), (network[2], 1)):
        spectra = torch.linalg.svdvals(layer.weight.movedim(outputs_first, 0).flatten(1))
        torch.testing.assert_close(spectra[0], torch.ones((), dtype=torch.float64), rtol=1e-6, atol=0)
    assert not hasattr(network[1], "parametrizations")
