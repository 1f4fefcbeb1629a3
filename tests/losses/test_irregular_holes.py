from __future__ import annotations

import pytest
import torch

from inpaint_zoo.losses.irregular_holes import feature_terms
from inpaint_zoo.losses.perceptual import VGGFeatures, perceptual_distance, style_distance

LAYERS = ("pool1", "pool2")


def test_a_term_is_the_sum_over_its_images_and_each_is_seen_once():
    torch.manual_seed(0)
    vgg = VGGFeatures("vgg16", LAYERS, "random")
    target, one, other = torch.rand(3, 2, 3, 16, 16)
    one.requires_grad_()
    seen: list[torch.Tensor] = []
    vgg.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    terms = feature_terms({"perceptual": (one, other), "style": (one, one)}, target, lambda image: vgg(image, LAYERS))
    assert [id(image) for image in seen] == [id(image) for image in (target, one, other)]
    of_target, of_one, of_other = (vgg(image, LAYERS) for image in (target, one, other))
    expected = {
        "perceptual": perceptual_distance(of_one, of_target) + perceptual_distance(of_other, of_target),
        "style": 2 * style_distance(of_one, of_target),
    }
    assert terms.keys() == expected.keys()
    for name, term in terms.items():
        assert term.item() == pytest.approx(expected[name].item(), rel=1e-6)


def test_the_target_has_no_gradient():
    vgg, target = VGGFeatures("vgg16", LAYERS, "random"), torch.rand(1, 3, 16, 16, requires_grad=True)
    terms = feature_terms({"style": [torch.rand(1, 3, 16, 16)]}, target, lambda image: vgg(image, LAYERS))
    assert not terms["style"].requires_grad
