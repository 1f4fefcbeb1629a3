"""Operations: counted ones, and the fixed figures that the unit of cost rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch.utils.flop_counter import FlopCounterMode

from inpaint_zoo.benchmark.subject import Case
from inpaint_zoo.zoo import network_arguments

LISTED_SIZE = 256
LISTED_GFLOP: Mapping[str, Mapping[str, float]] = {
    "misf": {"forward": 261, "step": 1144},
    "madf": {"forward": 56.5, "step": 390},
    "ctsdg": {"forward": 136, "step": 638},
    "rfr": {"forward": 255.5, "step": 888},
    "deepfillv2": {"forward": 55.4, "step": 202},
    "pconv": {"forward": 18.9, "step": 178},
    "edgeconnect": {"forward": 193.5, "step": 969},
}
"""What PyTorch's counter finds in the published networks, computed as their authors do, for one image of 256x256.

A step is all losses, the backward passes of generator and discriminator, and the optimizers. The figures are fixed:
an implementation that needs fewer operations for the same numbers shows a lower cost.
"""


def count_gflop(call: Callable[[], object]) -> float:
    """What PyTorch's counter finds in one call: convolutions, matrix products and attention, in GFLOP.

    In inference mode the parameters of what is called should need no gradient: the counter asks for the graph of those
    that a parametrization, such as a spectral norm, is computed from.
    """
    with FlopCounterMode(display=False) as counter:
        call()
    return float(counter.get_total_flops()) / 1e9


def listed_gflop(case: Case, name: str) -> float | None:
    """The fixed figure of `forward` or `step`; None for other sizes, widths or batches than it was counted for."""
    published = network_arguments(case.model, {}) == network_arguments(case.model, case.network)
    if (case.size, case.batch_size) != (LISTED_SIZE, 1) or not published:
        return None
    return LISTED_GFLOP.get(case.model, {}).get(name)
