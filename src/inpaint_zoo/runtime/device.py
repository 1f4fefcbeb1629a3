"""Where networks run."""

from __future__ import annotations

import torch

from inpaint_zoo.errors import InputError


def choose_device(accelerator: str) -> torch.device:
    """`auto` is a GPU where there is one; anything else is a name that torch knows, such as `cpu` or `cuda:1`.

    Raises:
        InputError: there is no such device.
    """
    if accelerator == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(accelerator)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # an unknown name, or a device that this machine lacks
        reason = str(error).partition("\n")[0]
        raise InputError(f"device={accelerator} cannot be used ({reason}): give auto or cpu.") from error
    return device
