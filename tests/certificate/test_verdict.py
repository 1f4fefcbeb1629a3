import numpy as np
import pytest

from inpaint_zoo.certificate.choices import COLORS
from inpaint_zoo.certificate.definitions import (
    AGGREGATES,
    PROTOCOLS,
    STEPS,
    aggregate,
    altered,
    defining,
    pictures,
    values,
)
from inpaint_zoo.certificate.reference import PROTOCOLS as REFERENCE
from inpaint_zoo.certificate.verdict import TOLERANCES, Given, Verdict, certified, judge


@pytest.mark.parametrize("form", ["uint8", "floats"])
@pytest.mark.parametrize(
    ("protocol", "metric"), [(protocol, metric) for protocol in REFERENCE for metric in REFERENCE[protocol]]
)
def test_definitions_of_protocols_are_those_of_the_reference(protocol: str, metric: str, form: str) -> None:
    expected = [REFERENCE[protocol][metric](pair) for pair in pictures(form).values()]
    # float32 gray values are summed in another order
    np.testing.assert_allclose(values(metric, PROTOCOLS[protocol][metric], form), expected, rtol=0, atol=1e-9)


def test_what_a_protocol_does_not_define_is_that_of_standard() -> None:
    assert STEPS.keys() == TOLERANCES.keys() == PROTOCOLS["standard"].keys()
    assert {name: set(defined) for name, defined in PROTOCOLS.items()} == {
        name: set(defined) for name, defined in REFERENCE.items()
    }
    assert (defining("lama", "ssim"), defining("lama", "psnr"), defining("misf", "ratio")) == (
        "lama", "standard", "standard",
    )  # fmt: skip


@pytest.mark.parametrize("metric", ["psnr", "l1", "hole_l1", "ratio"])
def test_single_differences_can_be_told_from_the_protocol(metric: str) -> None:
    """But for those that floats alone show, and raw outputs, which are the same in the hole."""
    base = PROTOCOLS["standard"][metric]
    same = [
        words
        for definition, words in altered(metric, base, 1)
        if "standard" in judge(metric, Given(values(metric, definition, "uint8")), "uint8").agrees
    ]
    depth = [
        "truncated to 8 bits, in place of rounded to 8 bits",
        "not rounded to 8 bits, in place of rounded to 8 bits",
    ]
    beginnings = {words[0].partition(", in place of ")[0] for words in same if words[0] not in depth}
    assert beginnings == ({"raw outputs, not composited"} if metric == "hole_l1" else set())


def test_a_lone_number_is_the_mean_or_something_else() -> None:
    base = PROTOCOLS["standard"]["l1"]
    mean = Given(np.array([aggregate("l1", base, "uint8", "mean")]))
    assert "standard" in judge("l1", mean, "uint8").agrees
    for how in ("median", "equal"):
        verdict = judge("l1", Given(np.array([aggregate("l1", base, "uint8", how)])), "uint8")
        assert [f"{AGGREGATES[how]}, in place of {AGGREGATES['mean']}"] in verdict.explanations
    nothing = judge("l1", Given(np.array([0.123456789])), "uint8")
    assert (nothing.agrees, nothing.explanations) == ([], [])


def test_numbers_of_another_protocol_are_explained_at_once() -> None:
    misf = Given(values("ssim", PROTOCOLS["misf"]["ssim"], "uint8"))
    verdict = judge("ssim", misf, "uint8", "standard")
    assert verdict.agrees == ["misf"]
    assert verdict.explanations == [[
        "uniform window of 7, in place of Gaussian window of 11, σ 1.5",
        "variances over N - 1, in place of variances over N",
    ]]  # fmt: skip


def test_several_explanations_are_all_told() -> None:
    gray = tuple((step, "opencv" if step == "colors" else choice) for step, choice in PROTOCOLS["standard"]["l1"])
    coarse = judge("l1", Given(values("l1", gray, "uint8"), rounding=1e-4), "uint8", "standard")
    assert len(coarse.explanations) == 2
    assert all("gray" in words for explanation in coarse.explanations for words in explanation)


def test_hints_say_what_is_regular() -> None:
    numbers = values("psnr", PROTOCOLS["standard"]["psnr"], "uint8")
    assert judge("psnr", Given(numbers + 0.25), "uint8").hints == ["every number is +0.25 away"]
    assert judge("psnr", Given(1.0375 * numbers), "uint8").hints == ["every number is 1.0375 times what it should be"]
    one = numbers.copy()
    one[0] += 3
    assert judge("psnr", Given(one), "uint8").hints == ["1 of 8 numbers differ: 1_astronaut"]
    equal = np.where(numbers == 100, 77, numbers)
    assert judge("psnr", Given(equal), "uint8").hints == ["only 4_chelsea differs, where the composite is the target"]
    with np.errstate(all="raise"):
        assert judge("psnr", Given(np.full(8, np.nan)), "uint8").agrees == []
        assert judge("l1", Given(np.full(8, np.inf)), "uint8").agrees == []


def test_certified_is_what_all_metrics_agree_with() -> None:
    psnr, ssim = (Verdict(metric, agrees, "standard", []) for metric, agrees in (("psnr", ["mat"]), ("ssim", ["lama"])))
    assert certified([psnr], None) == ["mat"]
    assert certified([psnr, ssim], None) == []
    assert certified([Verdict("psnr", ["standard"], "standard", []), ssim], None) == ["lama"]
    assert certified([Verdict("psnr", ["standard"], "standard", [])], None) == ["standard"]
    assert certified([psnr], "standard") == []
    assert certified([], None) == []


def test_gray_in_whole_numbers_is_that_of_the_programs() -> None:
    import cv2
    from PIL import Image

    image = next(iter(pictures("uint8").values())).target
    theirs = {
        "opencv": cv2.cvtColor(image, cv2.COLOR_RGB2GRAY),
        "pillow": np.array(Image.fromarray(image).convert("L")),
    }
    for name, gray in theirs.items():
        assert (COLORS[name].do[0](image.astype(float))[..., 0] == gray).all()
