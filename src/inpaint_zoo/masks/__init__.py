"""Mask generators: uint8 (1, H, W), exactly 0 or 1, 1 = hole, the same pixels for the same key everywhere."""

from inpaint_zoo.masks.base import MaskGenerator
from inpaint_zoo.masks.box import BoxMask
from inpaint_zoo.masks.file import FileMask
from inpaint_zoo.masks.irregular import BinnedIrregularMask, IrregularMask
from inpaint_zoo.masks.paired import PairedMask

__all__ = ["BinnedIrregularMask", "BoxMask", "FileMask", "IrregularMask", "MaskGenerator", "PairedMask"]
