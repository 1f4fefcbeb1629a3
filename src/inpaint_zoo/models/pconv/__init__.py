"""PConv: Image Inpainting for Irregular Holes Using Partial Convolutions (ECCV 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.models.pconv.network import PConvNetwork

if TYPE_CHECKING:
    from inpaint_zoo.models.pconv.module import PConv

__all__ = ["PConv", "PConvNetwork"]

NETWORKS = {"PConv": PConvNetwork}
"""The network of each training module, for those who fill images and do not train."""


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: it takes Lightning, which takes seconds
    if name == "PConv":
        from inpaint_zoo.models.pconv.module import PConv  # noqa: PLC0415

        return PConv
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
