"""Whether an export is being traced."""

from __future__ import annotations

import torch


def is_exporting() -> bool:
    """Whether `torch.export` traces the calling code, as `inpaint_zoo.export` has it do, without Dynamo.

    In torch 2.11, `torch.compile` calls its own tracing an export, too.
    """
    return torch.compiler.is_exporting() and not torch.compiler.is_dynamo_compiling()
