from __future__ import annotations

import pytest
import torch
from torch import nn

from inpaint_zoo.layers.freezing import frozen


def test_gradients_pass_through_but_not_into_a_frozen_module():
    module, image = nn.Linear(3, 2), torch.rand(1, 3, requires_grad=True)
    with frozen(module):
        output = module(image).sum()
    output.backward()
    assert image.grad is not None
    assert module.weight.grad is None
    assert module.weight.requires_grad


def test_parameters_that_did_not_learn_before_do_not_learn_after():
    module = nn.Linear(3, 2)
    module.bias.requires_grad_(False)
    with frozen(module):
        pass
    assert module.weight.requires_grad
    assert not module.bias.requires_grad


def test_thaws_after_an_error():
    module = nn.Linear(3, 2)
    with pytest.raises(ValueError, match="inside"), frozen(module):
        raise ValueError("inside")
    assert module.weight.requires_grad
