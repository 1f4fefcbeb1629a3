"""The device that networks run on."""

from __future__ import annotations

import torch

from inpaint_zoo.errors import InputError


def choose_device(accelerator: str) -> torch.device:
    """Return the device of a name that torch knows, such as `cpu` or `cuda:1`; `auto` is a GPU if there is one.

    Raises:
        InputError: There is no such device.
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
