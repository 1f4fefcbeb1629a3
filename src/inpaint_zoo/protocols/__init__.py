"""Evaluation protocols, each as its authors' code has it; see docs/protocols.md."""

from inpaint_zoo.protocols.base import Protocol
from inpaint_zoo.protocols.ctsdg import CTSDGProtocol
from inpaint_zoo.protocols.edgeconnect import EdgeConnectProtocol
from inpaint_zoo.protocols.lama import LaMaProtocol
from inpaint_zoo.protocols.madf import MADFProtocol
from inpaint_zoo.protocols.mat import MATProtocol
from inpaint_zoo.protocols.misf import MISFProtocol
from inpaint_zoo.protocols.standard import StandardProtocol

__all__ = [
    "CTSDGProtocol",
    "EdgeConnectProtocol",
    "LaMaProtocol",
    "MADFProtocol",
    "MATProtocol",
    "MISFProtocol",
    "Protocol",
    "StandardProtocol",
]
