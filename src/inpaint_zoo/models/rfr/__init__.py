"""RFR-Net: Recurrent Feature Reasoning for Image Inpainting (CVPR 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.models.rfr.network import RFRNetwork

if TYPE_CHECKING:
    from inpaint_zoo.models.rfr.module import RFR

__all__ = ["RFR", "RFRNetwork"]

NETWORKS = {"RFR": RFRNetwork}
"""The network of each training module, for those who fill images and do not train."""


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: it takes Lightning, which takes seconds
    if name == "RFR":
        from inpaint_zoo.models.rfr.module import RFR  # noqa: PLC0415

        return RFR
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
