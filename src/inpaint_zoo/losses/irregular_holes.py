"""The sums of losses that PConv introduced; MADF, CTSDG and RFR-Net use them too, each in its own range of values.

Source: G. Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018, section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from inpaint_zoo.losses.perceptual import Features, perceptual_distance, style_distance
from inpaint_zoo.losses.reconstruction import l1_within
from inpaint_zoo.losses.total_variation import total_variation

LAYERS = ("pool1", "pool2", "pool3")
"""Of VGG16."""
FEATURE_DISTANCES = {"perceptual": perceptual_distance, "style": style_distance}
"""The terms that need the loss network."""
TERMS = ("hole", "valid", "total_variation", *FEATURE_DISTANCES)
"""Names of all terms."""
LOSS_WEIGHTS = {"hole": 6, "valid": 1, "perceptual": 0.05, "style": 120, "total_variation": 0.1}
"""The factors that PConv, MADF and RFR-Net are trained with."""


def irregular_hole_terms(
    outputs: Sequence[Tensor],
    image: Tensor,
    mask: Tensor,
    stages: Mapping[str, Sequence[int]],
    features_of: Callable[[Tensor], Features],
) -> dict[str, Tensor]:
    """The terms `hole`, `valid`, `total_variation`, `perceptual` and `style` that are asked for, by name.

    `total_variation` is that of the composite, which has the true pixels outside the hole; `perceptual` and `style`
    compare both the output and its composite with the image.

    Args:
        outputs: (B, 3, H, W) each, a network's images, not composited.
        image: (B, 3, H, W), complete.
        mask: (B, 1, H, W), 1 = hole.
        stages: For each term the outputs that it is summed over.
        features_of: Activations of the loss network at `LAYERS`; called once for every distinct image that is needed.
    """
    composites = [torch.where(mask.bool(), output, image) for output in outputs]
    pixel_terms: dict[str, Callable[[int], Tensor]] = {
        "hole": lambda stage: l1_within(outputs[stage], image, mask),
        "valid": lambda stage: l1_within(outputs[stage], image, mask == 0),
        "total_variation": lambda stage: total_variation(composites[stage]),
    }
    terms = {
        name: torch.stack([term(stage) for stage in stages[name]]).sum()
        for name, term in pixel_terms.items()
        if name in stages
    }
    of_features = {
        name: [image for stage in stages[name] for image in (outputs[stage], composites[stage])]
        for name in FEATURE_DISTANCES
        if name in stages
    }
    return terms | feature_terms(of_features, image, features_of)


def feature_terms(
    images: Mapping[str, Sequence[Tensor]], target: Tensor, features_of: Callable[[Tensor], Features]
) -> dict[str, Tensor]:
    """Each term is the sum of its distance over its images; the loss network runs once per image.

    Args:
        images: (B, 3, H, W) each, by the name of the term, a key of `FEATURE_DISTANCES`; without any the loss network
            does not run.
        target: (B, 3, H, W), what they are compared with.
        features_of: Activations of the loss network.
    """
    if not images:
        return {}
    with torch.no_grad():
        of_target = features_of(target)
    distinct = {id(image): image for each in images.values() for image in each}
    features = {key: features_of(image) for key, image in distinct.items()}
    return {
        name: torch.stack([FEATURE_DISTANCES[name](features[id(image)], of_target) for image in each]).sum()
        for name, each in images.items()
    }
