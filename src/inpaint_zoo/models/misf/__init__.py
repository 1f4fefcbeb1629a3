"""MISF: Multi-level Interactive Siamese Filtering for High-Fidelity Image Inpainting (CVPR 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.models.misf.network import MISFNetwork

if TYPE_CHECKING:
    from inpaint_zoo.models.misf.module import MISF

__all__ = ["MISF", "MISFNetwork"]

NETWORKS = {"MISF": MISFNetwork}
"""The network of each training module, for those who fill images and do not train."""


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: it takes Lightning, which takes seconds
    if name == "MISF":
        from inpaint_zoo.models.misf.module import MISF  # noqa: PLC0415

        return MISF
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
