import math
import random
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.evaluation.significance import Difference, Estimate, estimates_of
from inpaint_zoo.evaluation.significance.intervals import confidence_intervals
from inpaint_zoo.evaluation.significance.permutation import corrected_p_values
from inpaint_zoo.metrics import METRICS, Record, summarise
from inpaint_zoo.metrics.score import lower_is_better


def record(method: str, image: str, values: float | dict[str, float | None] | None, ratio: float = 0.3, mask: int = 0):
    own = values if isinstance(values, dict) else {"psnr": values}
    return Record(method, f"{image}-{mask}", image, ratio, dict.fromkeys(METRICS, None) | own)


def normal_records(seed: int, methods: str = "abc", images: int = 12, masks: int = 2) -> list[Record]:
    rng = np.random.default_rng(seed)
    made = []
    for image in range(images):
        level = rng.normal(20, 3)
        for mask in range(masks):
            ratio = rng.choice([0.1, 0.3, 0.5])
            for rank, method in enumerate(methods):
                values: dict[str, float | None] = {key: level + 0.4 * rank + rng.normal(0, 0.5) for key in METRICS}
                made.append(record(method, f"p{image:02}", values, ratio, mask))
    return made


def slow_twin(records: list[Record], bin_names: set[str], key: str) -> dict[str, tuple[float, str, float, list[float]]]:
    """Means, the best method, and differences to it by photograph, by dictionaries and loops."""
    own: dict[str, dict[str, tuple[str, float]]] = {}
    for one in records:
        value = one.metrics[key]
        if one.bin in bin_names and value is not None:
            own.setdefault(one.method, {})[one.name] = one.photograph, value
    means = {m: statistics.fmean(value for _, value in images.values()) for m, images in own.items()}
    best = max(sorted(means), key=lambda m: -means[m] if lower_is_better(key) else means[m])
    found = {}
    for method, images in own.items():
        common = [(p, value - own[best][name][1]) for name, (p, value) in images.items() if name in own[best]]
        by_photograph: dict[str, list[float]] = {}
        for photograph, value in common:
            by_photograph.setdefault(photograph, []).append(value)
        sums = [[sum(values), len(values)] for values in by_photograph.values()]
        limits = confidence_intervals(*np.array(sums, float).T[..., None])[0].tolist()
        found[method] = means[method], best, statistics.fmean(value for _, value in common), limits
    return found


@pytest.mark.parametrize("key", ["psnr", "l1"])
@pytest.mark.parametrize(("name", "bin_names"), [("20-40", {"20-40"}), ("all", {"0-20", "20-40", "40-60"})])
def test_agrees_with_loops(key: str, name: str, bin_names: set[str]):
    records = normal_records(0, images=15)
    # the pairing and the means must do without these
    records[7].metrics[key] = None
    del records[20]
    found = estimates_of(records, num_resamples=60, seed=3)
    for method, (mean, best, value, limits) in slow_twin(records, bin_names, key).items():
        own = found[name, method, key]
        assert own.mean == pytest.approx(mean)
        assert own.is_best == (method == best)
        assert own.interval.low < own.mean < own.interval.high
        if method == best:
            assert own.difference is None
        else:
            assert (own.difference.to, own.difference.value) == (best, pytest.approx(value))
            assert own.difference.interval == pytest.approx(limits)


def test_p_values_are_those_of_all_pairs_of_a_metric():
    records = normal_records(4, images=9, masks=1)
    found = estimates_of(records, num_resamples=600)
    for key in ("psnr", "lpips"):
        own = {(one.method, one.photograph): one.metrics[key] for one in records}
        pairs = [
            [own[first, f"p{n:02}"] - own[second, f"p{n:02}"] for n in range(9)]
            for first, second in (("a", "b"), ("a", "c"), ("b", "c"))
        ]
        p = corrected_p_values(np.array(pairs).T[..., None], 600, seed=0)[:, 0]
        to_best = {"psnr": {"a": p[1], "b": p[2]}, "lpips": {"b": p[0], "c": p[1]}}[key]
        assert {m: found["all", m, key].difference.p for m in to_best} == pytest.approx(to_best)


def test_means_are_those_of_the_summary():
    records = normal_records(1)
    found = estimates_of(records, num_resamples=20)
    expected = {
        (row.bin, row.method, key): mean
        for row in summarise(records)
        for key, mean in row.means.items()
        if mean is not None
    }
    assert {key: own.mean for key, own in found.items()} == pytest.approx(expected)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 100), st.randoms(use_true_random=False))
def test_order_of_records_and_methods_does_not_matter(seed: int, order: random.Random):
    records = normal_records(seed, images=5)
    shuffled = records.copy()
    order.shuffle(shuffled)
    assert estimates_of(shuffled, num_resamples=50, seed=seed) == estimates_of(records, num_resamples=50, seed=seed)


def test_another_seed_gives_other_flips_and_nothing_else():
    records = normal_records(0, images=7, masks=1)
    first, second = (estimates_of(records, num_resamples=50, seed=seed)["all", "b", "psnr"] for seed in (0, 1))
    assert first.difference.p != second.difference.p
    assert (first.mean, first.interval) == (second.mean, second.interval)


def test_clear_differences_are_significant_though_intervals_of_the_means_overlap():
    found = estimates_of(normal_records(0, images=30), num_resamples=2000)
    best, worst = found["all", "c", "psnr"], found["all", "a", "psnr"]
    assert best.is_best
    assert worst.interval[1] > best.interval[0]
    assert worst.difference.significant
    assert worst.difference.p < 0.01
    assert worst.difference.interval.high < 0
    assert found["all", "a", "l1"].is_best  # lower is better
    assert found["all", "c", "l1"].difference.value == pytest.approx(0.8, abs=0.2)


def test_equal_methods_are_not_significant():
    records = [record(method, str(n), float(n)) for method in "ba" for n in range(20)]
    found = estimates_of(records, num_resamples=300)
    assert found["all", "a", "psnr"].is_best
    assert found["all", "a", "psnr"].difference is None
    second = found["all", "b", "psnr"]
    assert not second.is_best
    assert (second.difference.value, second.difference.p, second.difference.significant) == (0, 1, False)
    assert second.difference.interval == (0, 0)


def test_a_method_alone_is_not_the_best():
    only = estimates_of([record("a", str(n), float(n)) for n in range(9)], num_resamples=100)["all", "a", "psnr"]
    assert only.interval is not None
    assert only.difference is None
    assert not only.is_best


@pytest.mark.parametrize("photographs", [1, 5])
def test_too_few_photographs_have_means_and_differences_alone_however_many_masks(photographs: int):
    records = [
        record(method, f"p{number}", 20.0 + mask + ord(method), mask=mask)
        for method in "ab"
        for number in range(photographs)
        for mask in range(9)
    ]
    found = estimates_of(records, num_resamples=100)
    assert found["all", "b", "psnr"] == Estimate(122.0, None, None, True, "")
    assert found["all", "a", "psnr"] == Estimate(121.0, None, Difference("b", -1.0, None, None, None), False, "")


def test_six_photographs_can_be_significant():
    records = [record(method, str(n), n + 10.0 * ord(method)) for method in "ab" for n in range(6)]
    six = estimates_of(records, num_resamples=1000)["all", "a", "psnr"].difference
    assert (six.p, six.significant) == (2 / 64, True)


def test_a_pair_with_too_few_common_photographs_is_not_tested():
    records = [record("a", str(n), 30.0 + n) for n in range(9)] + [record("b", str(n), 20.0) for n in range(4, 13)]
    found = estimates_of(records, num_resamples=600)
    assert found["all", "b", "psnr"].interval == (20, 20)
    assert found["all", "b", "psnr"].difference == Difference("a", -16.0, None, None, None)
    assert found["all", "b", "psnr"].letters == ""


def test_methods_that_cannot_be_told_apart_have_a_letter_in_common():
    rng = np.random.default_rng(0)
    levels = {"worst": 10.0, "good": 20.0, "close": 19.9, "between": 15.0}
    records = [
        record(method, str(n), {"psnr": level + rng.normal(), "l1": level + rng.normal()})
        for method, level in levels.items()
        for n in range(15)
    ]
    found = estimates_of(records, num_resamples=999)
    for key, expected in {"psnr": "c a a b", "l1": "a c c b"}.items():
        assert [found["all", method, key].letters for method in levels] == expected.split()
    for (name, _, key), own in found.items():
        if own.difference is not None:
            best = found[name, own.difference.to, key]
            assert own.difference.significant == (not set(own.letters) & set(best.letters))


def test_what_is_not_defined_has_no_entry():
    found = estimates_of([record("a", "x", 1.0), record("b", "x", None), record("b", "y", None)], num_resamples=20)
    assert set(found) == {(name, "a", "psnr") for name in ("20-40", "20-30", "all")}
    assert estimates_of([]) == {}


def test_methods_without_a_common_image_are_not_compared():
    records = [record(method, f"{method}{n}", n + 1.0) for method in "ab" for n in range(6)]
    found = estimates_of(records, num_resamples=200)
    assert found["all", "a", "psnr"].is_best
    assert found["all", "b", "psnr"].difference is None
    assert found["all", "b", "psnr"].interval is not None


@pytest.mark.parametrize("best_is_infinite_too", [True, False])
def test_infinite_values_have_no_interval_and_no_difference(best_is_infinite_too: bool):
    values = {"a": [math.inf, *[20.0] * 7], "b": [*[30.0] * 7, math.inf if best_is_infinite_too else 30.0]}
    records = [
        record(method, str(n), {"psnr": value, "ssim": n / (3 + ord(method))})
        for method, own in values.items()
        for n, value in enumerate(own)
    ]
    found = estimates_of(records, num_resamples=200)
    assert found["all", "a", "psnr"] == Estimate(math.inf, None, None, True)
    assert found["all", "b", "psnr"].difference is None
    assert (found["all", "b", "psnr"].interval is None) == best_is_infinite_too
    assert found["all", "b", "ssim"].difference.p is not None
    assert found["all", "b", "ssim"].interval is not None


def test_nothing_is_nan():
    records = normal_records(2, images=9)
    for one in records[::3]:
        one.metrics.update(psnr=None, ssim=None, l1=math.inf)
    for own in estimates_of(records, num_resamples=50).values():
        numbers = [own.mean, *(own.interval or ())]
        if own.difference is not None:
            numbers += [own.difference.value, *([own.difference.p] if own.difference.interval else [])]
            numbers += own.difference.interval or ()
        assert not any(math.isnan(number) for number in numbers)


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_has_a_direction(key: str):
    assert lower_is_better(key) == ("l1" in key or "lpips" in key)


def test_a_part_of_the_bins_and_metrics_has_the_same_numbers() -> None:
    rng = np.random.default_rng(0)
    records = [
        Record(method, f"{n}", f"{n}", 0.1 + 0.3 * (n % 2), {key: float(rng.normal(shift, 1)) for key in METRICS})
        for shift, method in enumerate("abc")
        for n in range(20)
    ]
    whole = estimates_of(records, num_resamples=100)
    part = estimates_of(records, num_resamples=100, bins=("all",), metrics=("l1", "hole_psnr"))
    wanted = [place for place in whole if place[0] == "all" and place[2] in ("l1", "hole_psnr")]
    assert part.keys() == set(wanted)
    for place in wanted:
        assert (part[place].letters, part[place].is_best) == (whole[place].letters, whole[place].is_best)
        assert part[place].mean == pytest.approx(whole[place].mean, rel=1e-12)
        own, its = part[place].difference, whole[place].difference
        assert (own and own.p) == (its and its.p)
