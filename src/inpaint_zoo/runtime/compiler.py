"""Whether torch can compile on this machine."""

from __future__ import annotations

import torch
from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.refusals import machine_refusal


def check_compiler(device: str) -> None:
    """Compile one addition, which takes seconds, before the work starts whose network would be compiled.

    Args:
        device: Where the network will run.

    Raises:
        InputError: There is no compiler, or it does not work.
    """
    try:
        torch.compile(_plus_one)(torch.zeros(8, device=device))
    except Exception as error:  # the compiler's backends raise exceptions of many classes
        first_line = str(error).partition("\n")[0]
        refused = machine_refusal(error) or f"compile=true does not work here ({first_line[:160]}): give compile=false"
        raise InputError(refused) from error


def _plus_one(value: Tensor) -> Tensor:
    return value + 1
