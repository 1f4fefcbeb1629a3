"""Anything that fills holes, seen alike: networks, classical fills, folders of images made elsewhere."""

from inpaint_zoo.evaluation.methods.base import Method, Sample
from inpaint_zoo.evaluation.methods.classical import ClassicalFill
from inpaint_zoo.evaluation.methods.folder import ImageFolder
from inpaint_zoo.evaluation.methods.network import NetworkMethod

__all__ = ["ClassicalFill", "ImageFolder", "Method", "NetworkMethod", "Sample"]
