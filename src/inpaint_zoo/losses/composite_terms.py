"""Perceptual and style terms of several images against one, such as an output and its composite (Liu et al., 2018)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from inpaint_zoo.losses.perceptual import VGGFeatures, perceptual_distance, style_distance

FEATURE_DISTANCES = {"perceptual": perceptual_distance, "style": style_distance}
"""The terms by name."""


def feature_terms(
    vgg: VGGFeatures, layers: Sequence[str], target: Tensor, images: Mapping[str, Sequence[Tensor]]
) -> dict[str, Tensor]:
    """Each term is the sum of its distance over its images; the loss network runs once per image.

    Args:
        vgg: The loss network.
        layers: Names of its activations that are compared.
        target: (B, 3, H, W), in the range of the loss network.
        images: (B, 3, H, W) each, by the name of the term, a key of `FEATURE_DISTANCES`.
    """
    with torch.no_grad():
        of_target = vgg(target, layers)
    distinct = {id(image): image for each in images.values() for image in each}
    features = {key: vgg(image, layers) for key, image in distinct.items()}
    return {
        name: torch.stack([FEATURE_DISTANCES[name](features[id(image)], of_target) for image in each]).sum()
        for name, each in images.items()
    }
