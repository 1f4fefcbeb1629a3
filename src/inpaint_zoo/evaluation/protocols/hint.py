"""The protocol of HINT, whose evaluation follows the rules of MISF's."""

from __future__ import annotations

from inpaint_zoo.evaluation.protocols.misf import MISFProtocol


class HINTProtocol(MISFProtocol):
    """`MISFProtocol` under the name of HINT."""

    name = "hint"
    notes = ("HINT's evaluation follows the rules of MISF's: protocol=hint is protocol=misf under another name.",)
