"""How a network computes, where its results are wanted and not its gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from inpaint_zoo.checks import choose, true_or_false
from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.compiler import check_compiler

PRECISIONS: Mapping[str, Callable[[str], AbstractContextManager[Any]]] = {
    "float32": lambda _: nullcontext(),
    "bf16": partial(torch.autocast, dtype=torch.bfloat16),
}
"""By name: from the type of a device to what a network is called in."""


@dataclass(frozen=True)
class Arithmetic:
    """How a network computes.

    Args:
        precision: `float32`, or `bf16`: autocast to bfloat16, except in the layers that need float32.
        compile: Whether the network is compiled with `torch.compile`.

    Raises:
        InputError: A value is none of these.
    """

    precision: str = "float32"
    compile: bool = False

    def __post_init__(self) -> None:
        choose(PRECISIONS, self.precision, "precision")
        true_or_false(self.compile, "compile")

    def check(self, device: torch.device) -> None:
        """Check that the device can do it.

        Raises:
            InputError: There is no compiler.
        """
        if self.compile:
            check_compiler(str(device))

    def refuse_for(self, names: str) -> None:
        """Refuse what would do nothing: `names` are no networks of this package.

        Raises:
            InputError: This is not the usual arithmetic.
        """
        for key, value in self.identity().items():
            raise InputError(f"{key}={value} concerns networks of this package, and {names} is none: leave it out")

    def context(self, device: torch.device) -> AbstractContextManager[Any]:
        """What the network is called in."""
        return PRECISIONS[self.precision](device.type)

    def identity(self) -> dict[str, str]:
        """What results depend on; nothing for the usual arithmetic."""
        changed = {"precision": self.precision, "compile": str(self.compile).lower()}
        return {key: value for key, value in changed.items() if value not in ("float32", "false")}


USUAL = Arithmetic()
