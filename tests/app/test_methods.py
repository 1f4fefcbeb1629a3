from pathlib import Path

import pytest
import torch

from inpaint_zoo.app import methods
from inpaint_zoo.app.methods import offered_methods
from inpaint_zoo.bundles import list_bundles, packaged_weights
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.fills import FILLS

CPU = torch.device("cpu")


def test_all_networks_and_fills_are_offered():
    offered = offered_methods({}, CPU)
    assert set(offered) == {*list_bundles(), *FILLS}
    assert [one.is_classical for one in offered.values()] == sorted(one.is_classical for one in offered.values())
    assert [name for name, one in offered.items() if one.can_learn] == ["madf", "ctsdg", "misf"]
    assert offered["madf"].title == "MADF"
    assert offered["madf"].about == "2.3 million parameters"


def test_own_networks_come_first_and_may_take_the_place_of_others():
    file = str(packaged_weights("misf"))
    offered = offered_methods({"mine": file, "madf": file}, CPU)
    assert list(offered)[:2] == ["mine", "madf"]
    assert (offered["mine"].title, offered["mine"].about) == ("mine", "MISF, 1.4 million parameters")
    assert offered["madf"].about == "MISF, 1.4 million parameters"


def test_a_fill_without_its_library_is_left_out(monkeypatch: pytest.MonkeyPatch):
    def lacking(*_: object) -> None:
        raise InputError("PatchMatch is missing")

    monkeypatch.setattr(methods, "FILLS", {**FILLS, "patchmatch": lacking})
    assert "patchmatch" not in offered_methods({}, CPU)


def test_what_is_no_network_is_said(tmp_path: Path):
    with pytest.raises(InputError, match=r"methods.mine: '.*none.ckpt' is no file: give a checkpoint, or one of"):
        offered_methods({"mine": str(tmp_path / "none.ckpt")}, CPU)
    with pytest.raises(InputError, match=r"methods.mean: this is the name of a fill"):
        offered_methods({"mean": "misf"}, CPU)
