"""Weights of other programs as a method: LaMa, MAT and whatever else the library spandrel recognises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.images.arrays import DivergedError, FloatImageArray, Hole, to_float
from inpaint_zoo.models.weights import read_checkpoint


class SpandrelFile:
    """An inpainting network whose architecture spandrel finds by the names of its tensors; nothing but tensors is read.

    Args:
        path: A file of named tensors.
        device: Where the network runs.

    Raises:
        InputError: spandrel is not installed, does not know these tensors, or they are of no inpainting network.
    """

    trained_size: int | None = 512

    def __init__(self, path: Path, device: torch.device) -> None:
        self.path, self.device = path, device
        self.model = _loaded(path).to(device).eval()
        self.minimum_size = max(1, self.model.size_requirements.minimum)

    def identity(self) -> dict[str, str]:
        """The hash of the file, and the architecture."""
        return {"kind": "spandrel", "architecture": str(self.model.architecture.id), "file": file_hash(self.path)}

    def __call__(self, sample: Sample) -> FloatImageArray:
        """Fill the hole; returns the composite before any rounding, float32 (H, W, 3) in [0, 1].

        Raises:
            DivergedError: The network's image is not finite.
        """
        return self.fill(to_float(sample.image), sample.hole, sample.name)

    @torch.inference_mode()
    def fill(self, image: FloatImageArray, hole: Hole, name: str = "") -> FloatImageArray:
        """Fill the hole of a float image.

        Args:
            image: (H, W, 3) in [0, 1]; values in the hole are not read.
            hole: (H, W), True = hole.
            name: Of the image, for the message.

        Returns:
            (H, W, 3) in [0, 1]: the network's image in the hole, `image` elsewhere.

        Raises:
            DivergedError: The network's image is not finite.
        """
        seen = torch.from_numpy(np.where(hole[..., None], np.float32(0), image)).permute(2, 0, 1)[None]
        mask = torch.from_numpy(hole)[None, None].float()
        output = self.model(seen.to(self.device), mask.to(self.device))[0].float().cpu()
        if not output.isfinite().all():
            raise DivergedError(f"{name}: " if name else "")
        return np.where(hole[..., None], output.permute(1, 2, 0).numpy(), image)


def _loaded(path: Path) -> Any:
    try:
        import spandrel  # noqa: PLC0415 - it is an extra
    except ImportError as error:
        raise InputError("Networks of others, such as LaMa: pip install 'inpaint-zoo[spandrel]'.") from error
    try:
        model = spandrel.MAIN_REGISTRY.load(spandrel.canonicalize_state_dict(read_checkpoint(path)))
    except InputError:
        raise
    except Exception as error:  # on tensors that fit no architecture it may raise anything
        raise InputError("It is of no network that spandrel knows, either.") from error
    if not isinstance(model, spandrel.MaskedImageModelDescriptor):
        raise InputError(f"It is of {model.architecture.id}, which fills no holes: give an inpainting network.")
    return model
