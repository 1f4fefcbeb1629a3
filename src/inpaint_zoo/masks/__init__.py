"""Mask generators: uint8 (1, H, W), exactly 0 or 1, 1 = hole, the same pixels for the same key everywhere."""

from inpaint_zoo.masks.border import BorderMask
from inpaint_zoo.masks.box import BoxMask
from inpaint_zoo.masks.boxes import BoxesMask
from inpaint_zoo.masks.curriculum import CurriculumMask
from inpaint_zoo.masks.exact_ratio import ExactRatioMask
from inpaint_zoo.masks.files.binned_file import BinnedFileMask
from inpaint_zoo.masks.files.file import FileMask
from inpaint_zoo.masks.files.object_shape import ObjectShapeMask
from inpaint_zoo.masks.files.paired import PairedMask
from inpaint_zoo.masks.free_form import FreeFormMask
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest
from inpaint_zoo.masks.half import HalfMask
from inpaint_zoo.masks.irregular import BinnedIrregularMask, IrregularMask
from inpaint_zoo.masks.mixture import MixtureMask
from inpaint_zoo.masks.outpainting import OutpaintingMask
from inpaint_zoo.masks.polygonal_chain import PolygonalChainMask
from inpaint_zoo.masks.random_walk import RandomWalkMask
from inpaint_zoo.masks.redrawn import RedrawnMask
from inpaint_zoo.masks.scratches import ScratchMask
from inpaint_zoo.masks.stains import StainMask
from inpaint_zoo.masks.text import TextMask
from inpaint_zoo.masks.union import UnionMask

__all__ = [
    "BinnedFileMask",
    "BinnedIrregularMask",
    "BorderMask",
    "BoxMask",
    "BoxesMask",
    "CurriculumMask",
    "ExactRatioMask",
    "FileMask",
    "FreeFormMask",
    "HalfMask",
    "IrregularMask",
    "MaskGenerator",
    "MaskRequest",
    "MixtureMask",
    "ObjectShapeMask",
    "OutpaintingMask",
    "PairedMask",
    "PolygonalChainMask",
    "RandomWalkMask",
    "RedrawnMask",
    "ScratchMask",
    "StainMask",
    "TextMask",
    "UnionMask",
]
