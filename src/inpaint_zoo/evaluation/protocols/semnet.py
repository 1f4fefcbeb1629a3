"""The protocol of SEM-Net, whose evaluation follows the rules of MISF's."""

from __future__ import annotations

from inpaint_zoo.evaluation.protocols.misf import MISFProtocol


class SEMNetProtocol(MISFProtocol):
    """`MISFProtocol` under the name of SEM-Net."""

    name = "semnet"
    notes = ("SEM-Net's evaluation follows the rules of MISF's: protocol=semnet is protocol=misf under another name.",)
