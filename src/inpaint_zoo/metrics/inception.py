"""The Inception network of FID, U-IDS and P-IDS: TensorFlow's of 2015, as implemented by torch-fidelity."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.downloads import downloaded_weights
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.metrics.weights import StateDict, download, read_state

NUM_FEATURES = 2048
"""Number of channels after the last pooling."""
BATCH_SIZE = 16
Features = NDArray[np.float64]
"""(N, D)."""


class InceptionFeatures:
    """Computes the features that metrics of a set compare; built by `load_inception`.

    Args:
        network: From uint8 (B, 3, H, W) to a tuple that starts with features (B, D).
    """

    def __init__(self, network: nn.Module) -> None:
        self.network = network.eval().requires_grad_(False)
        self._remembered: dict[tuple[tuple[Path, int], ...], Features] = {}

    def of_files(self, paths: Sequence[Path]) -> Features:
        """Features of image files, in their order; files are read batch by batch.

        Raises:
            InputError: A file is not an image.
        """
        return np.concatenate([self(batch) for batch in _batches(paths)])

    def of_originals(self, paths: Sequence[Path]) -> Features:
        """As `of_files`, but computed only once for the same files, as all methods have the same originals."""
        key = tuple((path, path.stat().st_mtime_ns) for path in paths)
        if key not in self._remembered:
            self._remembered = {key: self.of_files(paths)}
        return self._remembered[key]

    @torch.no_grad()
    def __call__(self, images: NDArray[np.uint8]) -> Features:
        """Features (B, D) of images (B, H, W, 3), which the network resizes to 299 x 299 itself."""
        device = next(self.network.parameters()).device
        batch = torch.from_numpy(images).movedim(3, 1).to(device)
        with torch.autocast(device.type, enabled=False):
            features: Features = self.network(batch)[0].cpu().double().numpy()
        return features


def _batches(paths: Sequence[Path]) -> Iterator[NDArray[np.uint8]]:
    """Images (B, H, W, 3); an image whose size differs from the one before starts a new batch."""
    images: Iterator[ImageArray] = (read_image(path) for path in paths)
    for _, same_size in groupby(images, key=lambda image: image.shape):
        while batch := list(islice(same_size, BATCH_SIZE)):
            yield np.stack(batch)


def load_inception(weights: str | Path, device: str | torch.device = "cpu") -> InceptionFeatures:
    """Build the network and load its weights.

    Args:
        weights: `imagenet` (torch-fidelity's download, kept in torch.hub's cache), or a file with the same state dict.
        device: Where features are computed.

    Raises:
        MetricUnavailableError: The download failed. The weights are never replaced by others.
        InputError: The file is not a state dict of the network.
    """
    if weights == "imagenet":
        state = download(_fetch, "Metrics of all images (FID, U-IDS, P-IDS) are", "Inception's weights")
    else:
        state = read_state(Path(weights).expanduser(), "torch-fidelity's state dict of its Inception network")
    return InceptionFeatures(_build(state, weights).to(device))


def _fetch() -> StateDict:
    from torch_fidelity.feature_extractor_inceptionv3 import (  # noqa: PLC0415  # slow to import
        URL_INCEPTION_V3,
    )

    return downloaded_weights(URL_INCEPTION_V3, check_hash=False)


def _build(state: StateDict, source: str | Path) -> nn.Module:
    from torch_fidelity.feature_extractor_inceptionv3 import (  # noqa: PLC0415  # slow to import
        FeatureExtractorInceptionV3,
    )

    # its constructor would execute code in a weights file, so it gets a copy of the tensors that were read safely
    copy = io.BytesIO()
    torch.save(dict(state), copy)
    copy.seek(0)
    try:
        with torch.random.fork_rng(devices=[]):
            network: nn.Module = FeatureExtractorInceptionV3(
                "inception-v3", [str(NUM_FEATURES)], feature_extractor_weights_path=copy
            )
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:160]
        raise InputError(f"{source}: not the state dict of torch-fidelity's Inception network ({reason})") from error
    return network
