"""Everything that fills holes, with one interface: networks, classical fills, folders of images of other tools."""

from inpaint_zoo.evaluation.methods.base import Filler, Method, Sample
from inpaint_zoo.evaluation.methods.classical import ClassicalFill
from inpaint_zoo.evaluation.methods.folder import ImageFolder
from inpaint_zoo.evaluation.methods.network import NetworkMethod

__all__ = ["ClassicalFill", "Filler", "ImageFolder", "Method", "NetworkMethod", "Sample"]
