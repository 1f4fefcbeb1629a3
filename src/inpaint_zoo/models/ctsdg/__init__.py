"""CTSDG: Image Inpainting via Conditional Texture and Structure Dual Generation (ICCV 2021)."""

from inpaint_zoo.models.ctsdg.module import CTSDG
from inpaint_zoo.models.ctsdg.network import CTSDGNetwork

__all__ = ["CTSDG", "CTSDGNetwork"]
