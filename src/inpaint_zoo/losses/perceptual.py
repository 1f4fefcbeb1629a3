"""Perceptual and style losses on the activations of an ImageNet VGG (Johnson et al., 2016; Gatys et al., 2016)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn
from torchvision.models import VGG16_Weights, VGG19_Weights
from torchvision.models.vgg import cfgs, make_layers

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.downloads import downloaded_weights
from inpaint_zoo.runtime.full_precision import full_precision

_log = logging.getLogger(__name__)

Features = dict[str, Tensor]

_ARCHITECTURES: Mapping[str, tuple[str, Any]] = {
    "vgg16": ("D", VGG16_Weights.IMAGENET1K_V1),
    "vgg19": ("E", VGG19_Weights.IMAGENET1K_V1),
}


class VGGFeatures(nn.Module):
    """Named activations of VGG16 or VGG19, as a fixed loss network.

    The layers are hidden from `state_dict()`, `parameters()` and `train()` of the module that holds this one, and so
    from checkpoints, optimizers and DDP; `.to()` moves them all the same. A file of weights is read by `load`, at the
    latest in the first pass: a module whose losses nobody computes needs no such file.

    Args:
        architecture: `vgg16` or `vgg19`.
        layers: Names of the activations that are needed, e.g. `relu1_1` or `pool3`; the network ends with the last one.
        weights: `imagenet` (torchvision's download), the path of a torchvision state dict, or `random` (fixed seed; for
            tests and timing only, with a warning).
    """

    def __init__(self, architecture: str, layers: Iterable[str], weights: str) -> None:
        super().__init__()
        configuration, _ = _ARCHITECTURES[architecture]
        names = _layer_names(cfgs[configuration])
        length = max(names.index(layer) for layer in layers) + 1
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            network = make_layers(cfgs[configuration])[:length]
            if weights == "random" and not network[0].weight.is_meta:  # which has no values
                _randomize(network, architecture)
        network.requires_grad_(False).eval().to(memory_format=torch.channels_last)
        self.names = names[:length]
        self.architecture = architecture
        self.weights = weights
        self.is_loaded = weights == "random"
        # not as an attribute, which nn.Module would register as a child
        self.__dict__["network"] = network

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        self.__dict__["network"]._apply(fn, recurse)
        nn.Module._apply(self, fn, recurse)
        return self

    def load(self) -> None:
        """Read the weights, once.

        Raises:
            InputError: The weights are not available, or the file is not a VGG of this architecture.
        """
        if not self.is_loaded:
            _fill(self.__dict__["network"], self.architecture, self.weights)
            self.is_loaded = True

    def forward(self, image: Tensor, layers: Iterable[str]) -> Features:
        """Run `image` up to the last of `layers` and return those activations by name.

        Args:
            image: (B, 3, H, W), in the range of the paper; it is not normalised here.
            layers: Names of the activations.
        """
        self.load()
        wanted = set(layers)
        features: Features = {}
        for name, layer in zip(self.names, self.__dict__["network"], strict=True):
            image = layer(image)
            if name in wanted:
                features[name] = image
                if len(features) == len(wanted):
                    break
        return features


def load_loss_networks(module: nn.Module) -> None:
    """Read the weights of all loss networks in a module now, so that a training does not begin without them.

    Raises:
        InputError: They are not available, or a file is no VGG of its architecture.
    """
    for part in module.modules():
        if isinstance(part, VGGFeatures):
            part.load()


def perceptual_distance(output: Features, target: Features) -> Tensor:
    """Sum over the layers of the mean absolute difference of two sets of activations; a scalar in float32 or more."""
    # half precision has too few digits for a mean
    differences = [(output[name] - target[name]).abs() for name in output]
    means = [each.mean(dtype=torch.promote_types(each.dtype, torch.float32)) for each in differences]
    return torch.stack(means).sum()


def style_distance(output: Features, target: Features) -> Tensor:
    """Sum over the layers of the mean absolute difference of the Gram matrices; a scalar."""
    return torch.stack([(gram_matrix(output[name]) - gram_matrix(target[name])).abs().mean() for name in output]).sum()


def gram_matrix(features: Tensor) -> Tensor:
    """Channel correlations `F Fᵀ / (C·H·W)` of each image, in float32 or more also under autocast.

    Args:
        features: (B, C, H, W).

    Returns:
        (B, C, C).
    """
    with full_precision(features):
        flat = features.to(torch.promote_types(features.dtype, torch.float32)).flatten(2)
        return flat @ flat.mT / (flat.shape[1] * flat.shape[2])


def _layer_names(configuration: list[str | int]) -> list[str]:
    """The names of the layers of torchvision's `features`, in order: conv1_1, relu1_1, ..., pool1, conv2_1, ..."""
    names, block, index = [], 1, 1
    for entry in configuration:
        if entry == "M":
            names.append(f"pool{block}")
            block, index = block + 1, 1
        else:
            names += [f"conv{block}_{index}", f"relu{block}_{index}"]
            index += 1
    return names


def _randomize(network: nn.Sequential, architecture: str) -> None:
    _log.warning("The loss network %s has random weights: its losses are not those of any paper.", architecture)
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")


def _fill(network: nn.Sequential, architecture: str, weights: str) -> None:
    state = _download(architecture) if weights == "imagenet" else _read(weights, architecture)
    wanted = network.state_dict()
    features = {name.removeprefix("features."): value for name, value in state.items() if name.startswith("features.")}
    if any(name not in features or features[name].shape != value.shape for name, value in wanted.items()):
        raise InputError(f"{weights} does not hold torchvision's {architecture}; give model.loss_network=FILE of one.")
    network.load_state_dict({name: features[name] for name in wanted})


def _download(architecture: str) -> Mapping[str, Tensor]:
    _, imagenet = _ARCHITECTURES[architecture]
    try:
        return downloaded_weights(imagenet.url, check_hash=True)
    except (OSError, RuntimeError) as error:  # urllib's errors are OSErrors; another hash is a RuntimeError
        raise InputError(
            f"the ImageNet weights of {architecture} could not be downloaded ({error}): give model.loss_network=FILE "
            "(a torchvision state dict) or set the weights of the perceptual and style terms to 0; if only the folder "
            "cannot be written, set TORCH_HOME to another one."
        ) from error


def _read(path: str, architecture: str) -> Mapping[str, Tensor]:
    try:
        state: Mapping[str, Tensor] = torch.load(Path(path).expanduser(), map_location="cpu", weights_only=True)
        return dict(state)
    except FileNotFoundError as error:
        raise InputError(
            f"model.loss_network: {path} does not exist; give `imagenet` or a {architecture} file."
        ) from error
    except Exception as error:
        raise InputError(f"model.loss_network: {path} is not a torchvision state dict of {architecture}.") from error
