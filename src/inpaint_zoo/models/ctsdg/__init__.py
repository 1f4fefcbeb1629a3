"""CTSDG: Image Inpainting via Conditional Texture and Structure Dual Generation (ICCV 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.models.ctsdg.network import CTSDGNetwork

if TYPE_CHECKING:
    from inpaint_zoo.models.ctsdg.module import CTSDG

__all__ = ["CTSDG", "CTSDGNetwork"]

NETWORKS = {"CTSDG": CTSDGNetwork}
"""The network of each training module, for those who fill images and do not train."""


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: it takes Lightning, which takes seconds
    if name == "CTSDG":
        from inpaint_zoo.models.ctsdg.module import CTSDG  # noqa: PLC0415

        return CTSDG
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
