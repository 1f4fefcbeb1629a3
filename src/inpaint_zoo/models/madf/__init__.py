"""MADF: Image Inpainting by End-to-End Cascaded Refinement with Mask Awareness (IEEE TIP 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.models.madf.network import MADFNetwork

if TYPE_CHECKING:
    from inpaint_zoo.models.madf.module import MADF

__all__ = ["MADF", "MADFNetwork"]

NETWORKS = {"MADF": MADFNetwork}
"""The network of each training module, for those who fill images and do not train."""


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: it takes Lightning, which takes seconds
    if name == "MADF":
        from inpaint_zoo.models.madf.module import MADF  # noqa: PLC0415

        return MADF
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
