import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.arithmetic import USUAL, Arithmetic


@pytest.mark.parametrize(
    ("precision", "compiles", "message"),
    [
        ("fp16", False, "precision is one of float32, bf16; got 'fp16'"),
        (16, False, "precision is one of float32, bf16; got 16"),
        ("bf16", "yes", "compile=yes must be true or false"),
    ],
)
def test_what_is_not_offered_is_said(precision: str, compiles: bool, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Arithmetic(precision, compiles)


def test_the_identity_names_what_is_unusual() -> None:
    assert USUAL.identity() == {}
    assert Arithmetic("bf16").identity() == {"precision": "bf16"}
    assert Arithmetic("bf16", compile=True).identity() == {"precision": "bf16", "compile": "true"}


def test_what_would_do_nothing_is_refused() -> None:
    USUAL.refuse_for("opencv_telea")
    with pytest.raises(InputError, match="precision=bf16 concerns networks of this package, and opencv_telea is none"):
        Arithmetic("bf16").refuse_for("opencv_telea")


def test_convolutions_are_in_bfloat16_inside_alone() -> None:
    layer, image = torch.nn.Conv2d(3, 3, 1), torch.rand(1, 3, 8, 8)
    with Arithmetic("bf16").context(torch.device("cpu")):
        assert layer(image).dtype == torch.bfloat16
    with USUAL.context(torch.device("cpu")):
        assert layer(image).dtype == torch.float32
