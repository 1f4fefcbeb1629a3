"""MADF: Image Inpainting by End-to-End Cascaded Refinement with Mask Awareness (IEEE TIP 2021)."""

from inpaint_zoo.models.madf.module import MADF
from inpaint_zoo.models.madf.network import MADFNetwork

__all__ = ["MADF", "MADFNetwork"]
