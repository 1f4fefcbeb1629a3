"""DeepFillv2: Free-Form Image Inpainting with Gated Convolution (ICCV 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.models.deepfillv2.network import DeepFillv2Network

if TYPE_CHECKING:
    from inpaint_zoo.models.deepfillv2.module import DeepFillv2

__all__ = ["DeepFillv2", "DeepFillv2Network"]

NETWORKS = {"DeepFillv2": DeepFillv2Network}
"""The network of each training module, for those who fill images and do not train."""


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: it takes Lightning, which takes seconds
    if name == "DeepFillv2":
        from inpaint_zoo.models.deepfillv2.module import DeepFillv2  # noqa: PLC0415

        return DeepFillv2
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
