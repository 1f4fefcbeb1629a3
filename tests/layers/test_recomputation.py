from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
import torch
from torch import Tensor

from inpaint_zoo.batch import Batch
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.layers.recomputation import innermost_blocks, recomputed
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.testing import batch_of
from inpaint_zoo.zoo import list_models


def module_of(name: str) -> InpaintingModule:
    torch.manual_seed(0)
    random = ["model.loss_network=random"] if name not in ("deepfillv2",) else []
    module: InpaintingModule = construct(compose_config("train", [f"model={name}", "experiment=tiny", *random]).model)
    return module.train()


def small_batch(name: str) -> Batch:
    side = max(64, module_of(name).network.minimum_size)
    return batch_of(size=(side, side))


@contextmanager
def bytes_kept(kept: dict[int, int]) -> Iterator[None]:
    """Count the bytes of what the backward pass will need beside parameters, by storage."""

    def keep(tensor: Tensor) -> Tensor:
        if not tensor.is_leaf or not tensor.requires_grad:
            storage = tensor.untyped_storage()
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        yield


@pytest.mark.parametrize("name", list_models())
def test_gradients_and_statistics_are_the_same(name: str) -> None:
    batch, found = small_batch(name), []
    for context in (nullcontext, recomputed):
        module = module_of(name)
        with context(module.network):
            loss = module.training_step(batch, 0)["loss"]
        loss.backward()
        found.append((loss.detach(), module))
    (loss, usual), (again, less) = found
    assert torch.equal(loss, again)
    for (key, one), (_, other) in zip(usual.named_parameters(), less.named_parameters(), strict=True):
        assert (one.grad is None) == (other.grad is None), key
        if one.grad is not None:
            assert torch.allclose(one.grad, other.grad, rtol=1e-6, atol=1e-6 * float(one.grad.abs().max())), key
    for (key, one), (_, other) in zip(usual.named_buffers(), less.named_buffers(), strict=True):
        assert torch.equal(one, other), key


@pytest.mark.parametrize("name", list_models())
def test_less_is_kept(name: str) -> None:
    module, batch = module_of(name), small_batch(name)
    usual: dict[int, int] = {}
    less: dict[int, int] = {}
    with bytes_kept(usual):
        first = module.training_step(batch, 0)["loss"]
    with bytes_kept(less), recomputed(module.network):
        second = module.training_step(batch, 0)["loss"]
    assert first.requires_grad
    assert second.requires_grad
    assert sum(less.values()) < 0.8 * sum(usual.values())  # losses and loss networks count, too


def test_the_network_is_left_as_it_was() -> None:
    network = module_of("ctsdg").network
    blocks = innermost_blocks(network)
    assert blocks
    with recomputed(network):
        assert all("forward" in vars(block) for block in blocks)
    assert not any("forward" in vars(block) for block in network.modules())
    with pytest.raises(KeyError), recomputed(network):
        {}["no"]
    assert not any("forward" in vars(block) for block in network.modules())
