"""An exported network as a method, run by onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.evaluation.methods.base import EightBitFiller
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.images.arrays import Hole, ImageArray

SUFFIX = ".onnx"
_BYTES = "tensor(uint8)"


class OnnxFile(EightBitFiller):
    """A graph from `image`, uint8 (1, H, W, 3) or (1, 3, H, W), and `mask`, uint8 (1, H, W) with 1 = hole.

    Its first output is the filled image. `inpaint-zoo export` writes such files.

    Args:
        path: The file.

    Raises:
        InputError: onnxruntime is not installed, or the graph is another one.
        DamagedFileError: It is no ONNX file.
    """

    minimum_size = 1
    trained_size: int | None = 512

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 - it is an extra
        except ImportError as error:
            raise InputError(f"{path} needs onnxruntime: pip install 'inpaint-zoo[export]'") from error
        self.path = path
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors have no class of their own
            raise DamagedFileError(f"{path} cannot be loaded as an ONNX file ({_line(error)})") from error
        self._in_planes = self._check_inputs()

    def identity(self) -> dict[str, str]:
        """The hash of the file."""
        return {"kind": "onnx", "file": file_hash(self.path)}

    def fill_levels(self, image: ImageArray, hole: Hole) -> ImageArray:
        """Fill the hole; the graph sees 0 there.

        Raises:
            InputError: The graph cannot be run on an image of this size.
        """
        return self.run(np.where(hole[..., None], np.uint8(0), image), hole.view(np.uint8))

    def run(self, image: ImageArray, mask: NDArray[np.uint8]) -> ImageArray:
        """What the graph makes of an image, (H, W, 3), and a mask, (H, W); it sees both as they are.

        Raises:
            InputError: The graph cannot be run on an image of this size.
        """
        given = {"image": (np.moveaxis(image, -1, 0) if self._in_planes else image)[None], "mask": mask[None]}
        try:
            made = self._session.run(None, given)[0][0]
        except Exception as error:
            height, width = mask.shape
            raise InputError(f"{self.path} cannot fill an image of {width}x{height} ({_line(error)})") from error
        filled: ImageArray = np.moveaxis(made, 0, -1) if self._in_planes else made
        if filled.shape != image.shape or filled.dtype != np.uint8:
            raise InputError(f"{self.path} returned {filled.dtype} of shape {filled.shape}, not uint8 of {image.shape}")
        return filled

    def _check_inputs(self) -> bool:
        """Whether colors come before rows and columns."""
        inputs: dict[str, Any] = {one.name: one for one in self._session.get_inputs()}
        image, mask = inputs.get("image"), inputs.get("mask")
        if len(inputs) != 2 or image is None or mask is None or {image.type, mask.type} != {_BYTES}:
            told = ", ".join(f"{name} {one.type} {one.shape}" for name, one in inputs.items())
            raise InputError(
                f"{self.path} takes {told}: give a graph of image and mask in uint8, as inpaint-zoo export writes it"
            )
        return bool(image.shape[1] == 3)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
