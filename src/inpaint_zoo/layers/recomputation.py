"""Activation checkpointing: blocks keep their inputs alone, and compute the rest again in the backward pass.

Source: T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174 (2016).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

from torch import nn
from torch.utils.checkpoint import checkpoint


def innermost_blocks(network: nn.Module) -> list[nn.Module]:
    """The modules that consist of single layers, some of which have parameters."""
    return [module for module in network.modules() if _is_innermost(module)]


def _is_innermost(module: nn.Module) -> bool:
    children = list(module.children())
    has_parameters = any(True for _ in module.parameters())
    is_list = isinstance(module, nn.ModuleList)  # it is never called
    return bool(children) and has_parameters and not is_list and not any(list(child.children()) for child in children)


@contextmanager
def recomputed(network: nn.Module) -> Iterator[None]:
    """Within it, what `network` computes keeps the inputs of `innermost_blocks` for the backward pass, and no more.

    Gradients are the same. Statistics of batch normalisation are counted once. The backward pass may come afterwards.
    """
    blocks = innermost_blocks(network)
    for block in blocks:
        block.forward = partial(_checkpointed, block, block.forward)  # hides the method of the class
    try:
        yield
    finally:
        for block in blocks:
            del block.forward


def _checkpointed(block: nn.Module, forward: Any, *args: Any, **kwargs: Any) -> Any:
    contexts = partial(_contexts, block)
    return checkpoint(forward, *args, use_reentrant=False, context_fn=contexts, preserve_rng_state=False, **kwargs)


def _contexts(block: nn.Module) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """For the forward pass, and for what is computed again."""
    return nullcontext(), _uncounted(block)


@contextmanager
def _uncounted(block: nn.Module) -> Iterator[None]:
    """Leave the running statistics of batch normalisation as they are; outputs are the same."""
    layers = [layer for layer in block.modules() if isinstance(layer, nn.BatchNorm2d) and layer.training]
    before = [(layer.momentum, layer.num_batches_tracked) for layer in layers]
    for layer in layers:
        layer.momentum = 0.0  # and not track_running_stats=False, with which autograd stores other tensors
        layer.num_batches_tracked = None if layer.num_batches_tracked is None else layer.num_batches_tracked.clone()
    try:
        yield
    finally:
        for layer, (momentum, count) in zip(layers, before, strict=True):
            layer.momentum, layer.num_batches_tracked = momentum, count
