"""What fills holes on the page, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

import torch

from inpaint_zoo.bundles import list_bundles, packaged_card, weights_file
from inpaint_zoo.bundles.card import read_card
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.fillers import named_filler, read_network
from inpaint_zoo.evaluation.methods import ClassicalFill, Filler, NetworkMethod, SpandrelFile
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.zoo import filled_network

CLASSICAL_TITLES = {
    "opencv_telea": "Telea",
    "opencv_navier_stokes": "Navier–Stokes",
    "patchmatch": "PatchMatch",
    "nearest": "Nearest pixel",
    "mean": "Mean color",
}
"""Of classical fills, in the order of the page."""


class Offered(NamedTuple):
    """A method that can be chosen."""

    method: Filler
    title: str
    about: str = ""
    """What it is, in a few words."""

    @property
    def can_learn(self) -> bool:
        """Whether it can be trained on an image."""
        return isinstance(self.method, NetworkMethod)

    @property
    def is_classical(self) -> bool:
        """Whether it is one of this package's fills without training."""
        return isinstance(self.method, ClassicalFill)


def offered_methods(own: Mapping[str, str], device: torch.device) -> dict[str, Offered]:
    """Load what is given, the networks of the package, cheap ones first, and the classical fills that work here.

    Args:
        own: Further methods by name: what `named_filler` or `weights_file` takes.
        device: Where networks run.

    Raises:
        InputError: A file cannot be read, or a name is that of a fill.
    """
    taken = next((name for name in own if name in FILLS), None)
    if taken is not None:
        raise InputError(f"methods.{taken}: this is the name of a fill: give your method another one")
    packaged = sorted(list_bundles(), key=lambda name: read_card(packaged_card(name)).gflop)
    networks = {**own, **{name: name for name in packaged if name not in own}}
    return {**{name: _offered(name, value, device) for name, value in networks.items()}, **dict(_fills())}


def _offered(name: str, value: str, device: torch.device) -> Offered:
    filler = named_filler(value)
    return _network(name, value, device) if filler is None else Offered(filler, name, value)


def _network(name: str, value: str, device: torch.device) -> Offered:
    path = weights_file(value)
    if not path.is_file():
        known = ", ".join(list_bundles())
        raise InputError(f"methods.{name}: '{value}' is no file: give a checkpoint, or one of {known}")
    read = read_network(path, None, None, device)
    if isinstance(read, SpandrelFile):
        return Offered(read, name, read.identity()["architecture"])
    model, network = read.weights.model, filled_network(read.weights)
    millions = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    kind = "" if name == model else f"{model.upper()}, "
    title = name if kind else model.upper()
    return Offered(NetworkMethod(network, device), title, f"{kind}{millions:.1f} million parameters")


def _fills() -> Iterator[tuple[str, Offered]]:
    for name, title in CLASSICAL_TITLES.items():
        with suppress(InputError):  # its library is not installed
            yield name, Offered(ClassicalFill(FILLS[name], name), title)
