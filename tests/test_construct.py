from fractions import Fraction

import pytest
from omegaconf import OmegaConf

from inpaint_zoo.construct import construct, locate
from inpaint_zoo.errors import InputError


def test_calls_the_target_with_keys_and_what_is_given() -> None:
    node = OmegaConf.create({"n": 3, "half": {"_target_": "fractions.Fraction", "numerator": "${n}"}})
    assert construct(node.half, denominator=4) == Fraction(3, 4)


def test_nested_targets_and_factories() -> None:
    node = OmegaConf.create(
        {
            "_target_": "types.SimpleNamespace",
            "items": [{"_target_": "fractions.Fraction", "numerator": 1}],
            "factory": {"_target_": "fractions.Fraction", "_partial_": True, "numerator": 1},
            "inner": {"plain": 2},
        }
    )
    built = construct(node)
    assert built.items == [Fraction(1)]
    assert built.factory(denominator=7) == Fraction(1, 7)
    assert type(built.inner) is dict


def test_dollar_signs_in_a_path_arrive() -> None:
    built = construct(OmegaConf.create({"_target_": "types.SimpleNamespace", "root": r"a\${oops}"}))
    assert built.root == "a${oops}"


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"_target_": "fractions.Fraction", "numerater": 1}, "data.numerater is no argument .* mean 'numerator'"),
        ({"_target_": "fractions.Fractoin"}, "fractions.Fractoin cannot be imported"),
        ({"_target_": "Fraction"}, "Fraction cannot be imported"),
        ({"_target_": "no_such_package.X"}, "no_such_package.X cannot be imported"),
        ({"_target_": "textwrap.dedent"}, "data: dedent: missing"),
        ({"x": 1}, "data has no _target_"),
    ],
)
def test_mistakes_are_named(node: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        construct(OmegaConf.create({"data": node}).data)


def test_a_type_error_inside_the_target_stays_what_it_is() -> None:
    with pytest.raises(TypeError, match="Rational"):
        construct({"_target_": "fractions.Fraction", "numerator": 1, "denominator": []})


def test_locate() -> None:
    assert locate("fractions.Fraction") is Fraction
