from collections.abc import Callable
from typing import Any

from inpaint_zoo.bundles import list_bundles, packaged_card
from inpaint_zoo.bundles.card import read_card, text_below

Command = Callable[..., Any]


def test_a_table_of_the_packaged_networks_fits_into_a_terminal(command: Command) -> None:
    code, out, err = command("models")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for name in list_bundles():
        (line,) = (line for line in out.splitlines() if line.split()[:1] == [name])
        assert f"{read_card(packaged_card(name)).numbers[name]['hole_psnr']['20-40']:.2f}" in line
    assert "opencv_navier_stokes" in out  # in one line


def test_a_card(command: Command) -> None:
    out = command("models", "model=misf").out
    assert out.startswith("# MISF")
    assert out == text_below(packaged_card("misf"))


def test_an_unknown_name(command: Command) -> None:
    code, _, err = command("models", "model=ctsd")
    assert code == 2
    assert "no weights of 'ctsd' come with the package, did you mean 'ctsdg'? (known: " in err
