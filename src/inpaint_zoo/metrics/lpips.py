"""LPIPS (Zhang, Isola, Efros, Shechtman and Wang, CVPR 2018), version 0.1, with the layers of its authors' package."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.downloads import downloaded_weights
from inpaint_zoo.images.arrays import FloatImageArray, ImageArray, to_float
from inpaint_zoo.metrics.reading import GivenReading, Pair
from inpaint_zoo.metrics.weights import MetricUnavailableError, StateDict, download, read_state

__all__ = ["LPIPS", "LPIPS_NETWORKS", "LPIPSDistance", "MetricUnavailableError", "load_lpips"]


class LPIPSDistance:
    """Perceptual distance of two images, 0 for equal ones; built by `load_lpips`.

    Args:
        network: LPIPS of the `lpips` package, with weights.
        minimum_size: Shortest side of an image in pixels that its feature stages accept.
    """

    def __init__(self, network: nn.Module, minimum_size: int) -> None:
        self.network = network.eval().requires_grad_(False)
        self.minimum_size = minimum_size

    def to(self, device: str | torch.device) -> None:
        """Move the network, so that images are compared on this device."""
        self.network.to(device)

    @torch.no_grad()
    def __call__(
        self, target: ImageArray | FloatImageArray, output: ImageArray | FloatImageArray
    ) -> GivenReading | None:
        """Distance of two (H, W, 3) images, or None where a side is shorter than `minimum_size`.

        The value for the whole image is that of the package. The value for chosen pixels is the mean of the package's
        spatial map (`spatial=True`, in which the map of each layer is enlarged bilinearly) over these pixels.
        """
        if min(target.shape[:2]) < self.minimum_size:
            return None
        device = next(self.network.parameters()).device
        images = torch.cat([_to_signed(image) for image in (target, output)]).to(device)
        # autocast of the caller would change the third digit
        with torch.autocast(device.type, enabled=False):
            maps = self._maps(images)
            value = sum(float(layer.mean()) for layer in maps)
            enlarged = [F.interpolate(layer, images.shape[2:], mode="bilinear") for layer in maps]
        return GivenReading(value, torch.cat(enlarged).sum(dim=(0, 1)).cpu().double().numpy())

    def _maps(self, images: Tensor) -> list[Tensor]:
        """The weighted squared differences of each layer's unit-length features (equation 1), (1, 1, h, w) each."""
        stages = self.network.get_submodule("net")(self.network.get_submodule("scaling_layer")(images))
        weightings = self.network.get_submodule("lins").children()
        units = (stage / (stage.square().sum(dim=1, keepdim=True).sqrt() + 1e-10) for stage in stages)
        return [weighting((unit[:1] - unit[1:]).square()) for unit, weighting in zip(units, weightings, strict=True)]


@dataclass(frozen=True)
class LPIPS:
    """LPIPS as a metric of a protocol.

    Args:
        distance: What `load_lpips` returned.
        levels: Conversion of the images, to (H, W, 3) in [0, 1].
    """

    distance: LPIPSDistance
    levels: Callable[[FloatImageArray], FloatImageArray]

    best = 0.0
    """Value of equal images."""

    def __call__(self, pair: Pair) -> GivenReading | None:
        """Distance of the pair; None where the images are too small."""
        return self.distance(*pair.under(self.levels))


@dataclass(frozen=True)
class _Backbone:
    title: str
    minimum_size: int
    fetch: Callable[[], StateDict]


def _fetch_alexnet() -> StateDict:
    from torchvision.models import AlexNet_Weights  # noqa: PLC0415  # imported together with lpips

    return downloaded_weights(AlexNet_Weights.IMAGENET1K_V1.url, check_hash=True)


def _fetch_vgg() -> StateDict:
    from torchvision.models import VGG16_Weights  # noqa: PLC0415  # imported together with lpips

    return downloaded_weights(VGG16_Weights.IMAGENET1K_V1.url, check_hash=True)


LPIPS_NETWORKS: Mapping[str, _Backbone] = {
    "alex": _Backbone("AlexNet", 31, _fetch_alexnet),
    "vgg": _Backbone("VGG16", 16, _fetch_vgg),
}
"""By the names of the `lpips` package."""


def load_lpips(network: str, weights: str | Path = "imagenet", device: str | torch.device = "cpu") -> LPIPSDistance:
    """Build LPIPS with ImageNet weights; the weights of its linear layers are part of the `lpips` package.

    Args:
        network: `alex` or `vgg`.
        weights: `imagenet` (torchvision's download, kept in its cache), or a file with torchvision's state dict of the
            network.
        device: Where images are compared.

    Raises:
        MetricUnavailableError: The download failed. The weights are never replaced by others.
        InputError: The file is not a state dict of the network.
    """
    backbone = LPIPS_NETWORKS[network]
    if weights == "imagenet":
        features = download(backbone.fetch, "LPIPS is", f"{backbone.title}'s ImageNet weights")
    else:
        features = read_state(Path(weights).expanduser(), f"torchvision's {backbone.title} state dict")
    built = _build_lpips(network)
    _load_features(built.get_submodule("net"), features, f"{weights}: not a {backbone.title} state dict")
    return LPIPSDistance(built.to(device), backbone.minimum_size)


def _to_signed(image: ImageArray | FloatImageArray) -> Tensor:
    """(H, W, 3) to (1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(to_float(image)).permute(2, 0, 1)[None].mul(2).sub(1)


def _build_lpips(network: str) -> nn.Module:
    """LPIPS with random features: with `pnet_rand`, the package does not download weights itself."""
    import lpips  # noqa: PLC0415  # slow to import, and only this metric needs it

    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        # lpips 0.1.4 passes torchvision the argument that `weights` replaced
        warnings.filterwarnings("ignore", message=".*'pretrained' is deprecated.*", category=UserWarning)
        warnings.filterwarnings("ignore", message="Arguments other than a weight enum.*", category=UserWarning)
        built: nn.Module = lpips.LPIPS(net=network, version="0.1", pnet_rand=True, verbose=False)
    return built


def _load_features(features: nn.Module, state: StateDict, refusal: str) -> None:
    """Load torchvision's `features.N.*` into the slices of lpips, which have the same numbers: `sliceK.N.*`."""
    own = features.state_dict()
    renamed = {name: re.sub(r"^slice\d+", "features", name) for name in own}
    wrong = [key for name, key in renamed.items() if key not in state or state[key].shape != own[name].shape]
    if wrong:
        raise InputError(f"{refusal}, missing or of another shape: {', '.join(wrong[:3])}")
    features.load_state_dict({name: state[key] for name, key in renamed.items()})
