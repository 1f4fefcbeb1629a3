"""Spectral normalisation of whole networks (Miyato et al., 2018)."""

from __future__ import annotations

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from inpaint_zoo.layers.init import CONVOLUTIONS


def normalize_spectra(module: nn.Module) -> None:
    """Divide the weight of every convolution by its largest singular value, from now on.

    Of transposed convolutions the outputs come first when the weight is made a matrix. The vectors are estimated from
    the weights of this moment, and by one power iteration in each forward pass in training: initialise before.
    """
    for layer in module.modules():
        if isinstance(layer, CONVOLUTIONS):
            spectral_norm(layer)
