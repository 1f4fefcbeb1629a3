"""EdgeConnect: Generative Image Inpainting with Adversarial Edge Learning (ICCV workshops 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.models.edgeconnect.network import EdgeConnectNetwork

if TYPE_CHECKING:
    from inpaint_zoo.models.edgeconnect.module import EdgeConnect

__all__ = ["EdgeConnect", "EdgeConnectNetwork"]

NETWORKS = {"EdgeConnect": EdgeConnectNetwork}
"""The network of each training module, for those who fill images and do not train."""


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: it takes Lightning, which takes seconds
    if name == "EdgeConnect":
        from inpaint_zoo.models.edgeconnect.module import EdgeConnect  # noqa: PLC0415

        return EdgeConnect
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
