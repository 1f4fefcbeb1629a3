"""`inpaint-zoo models`: the trained networks that come with the package, or the card of one of them."""

from __future__ import annotations

from collections.abc import Mapping

from omegaconf import DictConfig
from rich.console import Console

from inpaint_zoo.bundles import list_bundles, packaged_card, packaged_weights
from inpaint_zoo.bundles.card import BINS, Card, Numbers, read_card, text_below
from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError
from inpaint_zoo.tables import WIDTH, Column, Row, Table, terminal

_PARAMETERS = Column("parameters", "10⁶", 1, scale=1e-6)
_BYTES = Column("bytes", "MB", 1, scale=1e-6)
_GFLOP = Column("gflop", "GFLOP", 1)
_PSNR = [("hole_psnr", name, Column(name, name.replace("-", "–"), 2)) for name in BINS[:-1]]
_MEASURED = [*_PSNR, ("lpips", BINS[-1], Column("lpips", "LPIPS", 3))]


def run(config: DictConfig) -> None:
    """Print a table of all, or one card."""
    if config.model_name is None:
        cards = {name: read_card(packaged_card(name)) for name in list_bundles()}
        Console(width=WIDTH, highlight=False).print(terminal(_table(cards)))
        print("a card: inpaint-zoo models model=NAME; of an own network: inpaint-zoo bundle")
    elif config.model_name in list_bundles():
        print(text_below(packaged_card(config.model_name)), end="")
    else:
        known, near = ", ".join(list_bundles()), did_you_mean(str(config.model_name), list_bundles())
        raise InputError(f"model: no weights of '{config.model_name}' come with the package{near} (known: {known})")


def _table(cards: Mapping[str, Card]) -> Table:
    """A row for each network, and one for each method that they were compared with."""
    networks = [_row(name, card.licence, _size(name, card), card.numbers[name]) for name, card in cards.items()]
    others = {name: numbers for card in cards.values() for name, numbers in card.numbers.items() if name not in cards}
    columns = [
        Column("model", "Model", is_text=True),
        Column("licence", "Licence", is_text=True),
        *(_PARAMETERS, _BYTES, _GFLOP),
        *(column for _, _, column in _MEASURED),
    ]
    return Table(
        "Networks with weights in this package",
        columns,
        [*networks, *(_row(name, "", ["", "", ""], numbers) for name, numbers in others.items())],
        subtitle="10⁶ parameters; GFLOP for 256x256; PSNR over the hole, dB, by % of hole; LPIPS",
        note="; ".join({card.images for card in cards.values()}),
    )


def _size(name: str, card: Card) -> list[str]:
    file = packaged_weights(name)
    size = 0 if file is None else file.stat().st_size
    return [_PARAMETERS.show(card.parameters), _BYTES.show(size), _GFLOP.show(card.gflop)]


def _row(name: str, licence: str, size: list[str], numbers: Numbers) -> Row:
    measured = (column.show(numbers.get(metric, {}).get(bin_name)) for metric, bin_name, column in _MEASURED)
    return [name, licence.upper() if licence == "mit" else licence, *size, *measured]
