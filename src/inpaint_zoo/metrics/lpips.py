"""LPIPS (Zhang, Isola, Efros, Shechtman and Wang, CVPR 2018), AlexNet, version 0.1, by its authors' package."""

from __future__ import annotations

import re
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.pictures import Picture

LPIPS_MINIMUM_SIZE = 31
"""Shortest side that AlexNet's five feature stages accept."""
DOWNLOAD_TIMEOUT_SECONDS = 15.0


class MetricUnavailableError(Exception):
    """A metric cannot be computed on this machine; the message is a sentence that tables print as a note."""


class LPIPSDistance:
    """Perceptual distance of two pictures, 0 for equal ones; made by `load_lpips`."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network.eval().requires_grad_(False)

    @torch.no_grad()
    def __call__(self, target: Picture, composite: Picture) -> float | None:
        """Distance of two (H, W, 3) pictures, or None where a side is shorter than `LPIPS_MINIMUM_SIZE`."""
        if min(target.shape[:2]) < LPIPS_MINIMUM_SIZE:
            return None
        device = next(self.network.parameters()).device
        target_tensor, composite_tensor = (_to_signed(picture).to(device) for picture in (target, composite))
        # autocast of a surrounding loop would change the third digit
        with torch.autocast(device.type, enabled=False):
            return float(self.network(target_tensor, composite_tensor).item())


def load_lpips(weights: str | Path = "imagenet", device: str | torch.device = "cpu") -> LPIPSDistance:
    """Build LPIPS with AlexNet's ImageNet weights; the linear layers come with the `lpips` package.

    Args:
        weights: `imagenet` (torchvision's download, kept in its cache), or a file with torchvision's AlexNet state
            dict.
        device: where pictures are compared.

    Raises:
        MetricUnavailableError: the download is impossible. Nothing is put in the place of the weights.
        InputError: the file is not an AlexNet state dict.
    """
    features = _download_alexnet() if weights == "imagenet" else _read_alexnet(Path(weights))
    network = _build_lpips()
    _load_features(network.get_submodule("net"), features, weights)
    return LPIPSDistance(network.to(device))


def _to_signed(picture: Picture) -> Tensor:
    """(H, W, 3) levels to (1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float().div(127.5).sub(1)


def _build_lpips() -> nn.Module:
    """LPIPS with random features: `pnet_rand` keeps the package from downloading by itself."""
    import lpips  # noqa: PLC0415  # slow to import, and only this metric needs it

    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        # lpips 0.1.4 passes torchvision the argument that `weights` replaced
        warnings.filterwarnings("ignore", message=".*'pretrained' is deprecated.*", category=UserWarning)
        warnings.filterwarnings("ignore", message="Arguments other than a weight enum.*", category=UserWarning)
        network: nn.Module = lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False)
    return network


@contextmanager
def _network_timeout(seconds: float) -> Iterator[None]:
    """torch.hub waits for ever on a network that swallows packets; a default timeout makes it fail."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _download_alexnet() -> Mapping[str, Tensor]:
    from torchvision.models import AlexNet_Weights  # noqa: PLC0415  # imported together with lpips

    try:
        with _network_timeout(DOWNLOAD_TIMEOUT_SECONDS):
            state: Mapping[str, Tensor] = AlexNet_Weights.IMAGENET1K_V1.get_state_dict(progress=False, check_hash=True)
            return state
    # no network, no room, a wrong hash, or a damaged file in the cache, on which the unpickler raises anything
    except Exception as error:
        raise MetricUnavailableError(
            f"LPIPS is not available: AlexNet's ImageNet weights could not be loaded ({_one_line(error)})."
        ) from error


def _read_alexnet(path: Path) -> Mapping[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # given other bytes than a state dict, the unpickler raises anything
        raise InputError(f"{path}: not a readable state dict ({_one_line(error)})") from error
    if not isinstance(state, Mapping):
        raise InputError(f"{path}: holds a {type(state).__name__}, give torchvision's AlexNet state dict")
    return state


def _load_features(features: nn.Module, state: Mapping[str, Tensor], source: str | Path) -> None:
    """Put torchvision's `features.N.*` into the slices of lpips, which keep the number: `sliceK.N.*`."""
    own = features.state_dict()
    renamed = {name: re.sub(r"^slice\d+", "features", name) for name in own}
    wrong = [key for name, key in renamed.items() if key not in state or state[key].shape != own[name].shape]
    if wrong:
        raise InputError(f"{source}: not an AlexNet state dict, missing or of another shape: {', '.join(wrong[:3])}")
    features.load_state_dict({name: state[key] for name, key in renamed.items()})


def _one_line(error: BaseException) -> str:
    return " ".join(str(getattr(error, "reason", error)).split())[:200] or type(error).__name__
