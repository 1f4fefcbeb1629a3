"""MISF: Multi-level Interactive Siamese Filtering for High-Fidelity Image Inpainting (CVPR 2022)."""

from inpaint_zoo.models.misf.module import MISF
from inpaint_zoo.models.misf.network import MISFNetwork

__all__ = ["MISF", "MISFNetwork"]
