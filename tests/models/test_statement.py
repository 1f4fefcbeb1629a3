import json

import pytest
import torch
from torch import Tensor

from inpaint_zoo.models.statement import LONGEST, STATEMENT, stated, statement


def test_what_is_stated_comes_back() -> None:
    entries = {"model": "mísf", "hyper_parameters": {"network": {"levels": [3], "rate": 0.5, "interactive": True}}}
    assert stated({"network.weight": torch.zeros(1), STATEMENT: statement(entries)}) == entries


def test_a_value_without_a_form_in_json_stops_no_training() -> None:
    assert stated({STATEMENT: statement({"type": torch.float32})}) == {"type": "torch.float32"}


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(0, dtype=torch.uint8),
        torch.tensor([255], dtype=torch.uint8),
        torch.tensor([0.5]),
        torch.tensor(1000),
        torch.tensor(list(b"[1]"), dtype=torch.uint8),
        torch.tensor(list(b"[" * 10**5), dtype=torch.uint8),
        torch.zeros(3, device="meta"),
        torch.tensor(list(b'{"a": 1}' + b" " * LONGEST), dtype=torch.uint8),
    ],
)
def test_a_damaged_statement_states_nothing(tensor: Tensor) -> None:
    assert stated({STATEMENT: tensor}) == {}


def test_nothing_is_stated_without_one() -> None:
    assert stated({}) == {}
    assert stated({STATEMENT: json.dumps({"a": 1})}) == {}
