"""Initialisation of networks."""

from __future__ import annotations

from torch import nn

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def init_normal(module: nn.Module, std: float = 0.02) -> None:
    """Draw weights of convolutions from N(0, std²), of batch normalisations from N(1, std²), and set biases to 0.

    The rule of MISF, CTSDG and their discriminators, but for CTSDG's edge detector (after DCGAN, Radford et al., 2016).
    """
    for layer in module.modules():
        if isinstance(layer, CONVOLUTIONS):
            nn.init.normal_(layer.weight, 0.0, std)
        elif isinstance(layer, nn.BatchNorm2d) and layer.affine:
            nn.init.normal_(layer.weight, 1.0, std)
        else:
            continue
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def init_he(module: nn.Module) -> None:
    """Draw weights of convolutions from N(0, 2/n), n inputs of each output, and set biases to 0 (He et al., 2015).

    It keeps the variance through convolutions and ReLUs without normalisation, whatever their width.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def init_glorot(module: nn.Module) -> None:
    """Draw weights of convolutions uniformly with variance 2 / (inputs + outputs), biases 0 (Glorot and Bengio, 2010).

    Inputs and outputs are counted over the whole kernel. The rule of DeepFillv2.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
