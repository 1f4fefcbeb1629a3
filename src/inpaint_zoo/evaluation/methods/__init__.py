"""Everything that fills holes, with one interface: networks, fills, functions, ONNX files, folders of images."""

from inpaint_zoo.evaluation.methods.base import Filler, Method, Sample
from inpaint_zoo.evaluation.methods.classical import ClassicalFill
from inpaint_zoo.evaluation.methods.folder import ImageFolder
from inpaint_zoo.evaluation.methods.function import PythonFunction
from inpaint_zoo.evaluation.methods.network import NetworkMethod
from inpaint_zoo.evaluation.methods.onnx_file import OnnxFile
from inpaint_zoo.evaluation.methods.spandrel_file import SpandrelFile

__all__ = [
    "ClassicalFill",
    "Filler",
    "ImageFolder",
    "Method",
    "NetworkMethod",
    "OnnxFile",
    "PythonFunction",
    "Sample",
    "SpandrelFile",
]
