"""Evaluation protocols, each as in its authors' code or paper; see docs/protocols.md."""

from inpaint_zoo.evaluation.protocols.base import Protocol
from inpaint_zoo.evaluation.protocols.ctsdg import CTSDGProtocol
from inpaint_zoo.evaluation.protocols.edgeconnect import EdgeConnectProtocol
from inpaint_zoo.evaluation.protocols.hint import HINTProtocol
from inpaint_zoo.evaluation.protocols.lama import LaMaProtocol
from inpaint_zoo.evaluation.protocols.madf import MADFProtocol
from inpaint_zoo.evaluation.protocols.mat import MATProtocol
from inpaint_zoo.evaluation.protocols.misf import MISFProtocol
from inpaint_zoo.evaluation.protocols.semnet import SEMNetProtocol
from inpaint_zoo.evaluation.protocols.standard import StandardProtocol

__all__ = [
    "CTSDGProtocol",
    "EdgeConnectProtocol",
    "HINTProtocol",
    "LaMaProtocol",
    "MADFProtocol",
    "MATProtocol",
    "MISFProtocol",
    "Protocol",
    "SEMNetProtocol",
    "StandardProtocol",
]
