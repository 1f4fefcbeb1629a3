import contextlib
import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from inpaint_zoo.training.callbacks.evaluation_mode import evaluation_mode


@pytest.mark.parametrize("fails", [False, True])
def test_modes_gradients_and_random_numbers_are_as_before(fails: bool) -> None:
    module: Any = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm2d(3), nn.BatchNorm2d(3))
    module[2].eval()  # a frozen layer
    trainer: Any = SimpleNamespace(
        callbacks=[], precision_plugin=SimpleNamespace(forward_context=contextlib.nullcontext)
    )
    for seed in (torch.manual_seed, np.random.seed, random.seed):
        seed(0)
    expected = (torch.rand(1).item(), np.random.rand(), random.random())
    for seed in (torch.manual_seed, np.random.seed, random.seed):
        seed(0)
    statistics = module[1].running_mean.clone()
    with contextlib.suppress(ValueError), evaluation_mode(trainer, module):
        assert not any(layer.training for layer in module.modules())
        assert not module(torch.rand(2, 3, 4, 4)).requires_grad
        np.random.rand()
        random.random()
        if fails:
            raise ValueError
    assert [layer.training for layer in module] == [True, True, False]
    assert torch.is_grad_enabled()
    assert torch.equal(module[1].running_mean, statistics)
    if not fails:
        assert (torch.rand(1).item(), np.random.rand(), random.random()) == expected
