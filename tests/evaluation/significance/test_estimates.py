import math
import random
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.evaluation.significance import Estimate, estimates_of
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


def slow_twin(records: list[Record], bin_names: set[str], key: str, resamples: int, seed: int) -> dict[str, Estimate]:
    """Means and paired differences by dictionaries and loops, with the draws of numpy's generator."""
    own: dict[str, dict[str, dict[str, float]]] = {}
    for one in records:
        value = one.metrics[key]
        if one.bin in bin_names and value is not None:
            own.setdefault(one.method, {}).setdefault(one.photograph, {})[one.name] = value
    photographs = sorted({one.photograph for one in records if one.bin in bin_names})
    means = {m: statistics.fmean(v for p in images.values() for v in p.values()) for m, images in own.items()}
    best = max(sorted(means), key=lambda m: -means[m] if lower_is_better(key) else means[m])
    rng = np.random.default_rng(seed)
    draws = [[photographs[i] for i in rng.integers(len(photographs), size=len(photographs))] for _ in range(resamples)]
    found = {}
    for method, images in own.items():
        resampled, differences = [], []
        for draw in draws:
            resampled.append(statistics.fmean(v for p in draw for v in images.get(p, {}).values()))
            common = [
                v - own[best][p][name]
                for p in draw
                for name, v in images.get(p, {}).items()
                if name in own[best].get(p, {})
            ]
            differences.append(statistics.fmean(common))
        found[method] = (
            means[method],
            np.percentile(resampled, [2.5, 97.5]).tolist(),
            np.percentile(differences, [2.5, 97.5]).tolist(),
            best,
        )
    return found


@pytest.mark.parametrize("key", ["psnr", "l1"])
@pytest.mark.parametrize(("name", "bin_names"), [("20-40", {"20-40"}), ("all", {"0-20", "20-40", "40-60"})])
def test_agrees_with_loops(key: str, name: str, bin_names: set[str]):
    records = normal_records(0)
    # the pairing and the means must do without these
    records[7].metrics[key] = None
    del records[20]
    found = estimates_of(records, num_resamples=60, seed=3)
    for method, (mean, interval, difference, best) in slow_twin(records, bin_names, key, 60, 3).items():
        own = found[name, method, key]
        assert own.mean == pytest.approx(mean)
        assert own.interval == pytest.approx(interval)
        assert own.is_best == (method == best)
        if method == best:
            assert own.difference is None
        else:
            assert own.difference is not None
            assert own.difference.to == best
            assert own.difference.interval == pytest.approx(difference)


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


def test_another_seed_gives_other_draws():
    records = normal_records(0, images=20)
    first, second = (estimates_of(records, num_resamples=50, seed=seed)["all", "a", "psnr"] for seed in (0, 1))
    assert first.interval != second.interval
    assert first.mean == second.mean


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


def test_one_photograph_has_no_interval_however_many_masks():
    records = [record(method, "p", 20.0 + mask + ord(method), mask=mask) for method in "ab" for mask in range(5)]
    found = estimates_of(records, num_resamples=100)
    assert found["all", "a", "psnr"].interval is None
    assert found["all", "a", "psnr"].difference.interval is None
    assert found["all", "a", "psnr"].difference.p == 1
    assert not found["all", "a", "psnr"].difference.significant


def test_five_photographs_cannot_be_significant():
    records = [record(method, str(n), n + 10.0 * ord(method)) for method in "ab" for n in range(6)]
    six = estimates_of(records, num_resamples=1000)["all", "a", "psnr"].difference
    five = estimates_of([one for one in records if one.photograph != "0"], num_resamples=1000)[
        "all", "a", "psnr"
    ].difference
    assert (six.p, six.significant) == (2 / 64, True)
    assert (five.p, five.significant) == (2 / 32, False)
    assert five.interval.high < 0


def test_what_is_not_defined_has_no_entry():
    found = estimates_of([record("a", "x", 1.0), record("b", "x", None), record("b", "y", None)], num_resamples=20)
    assert set(found) == {(name, "a", "psnr") for name in ("20-40", "20-30", "all")}
    assert estimates_of([]) == {}


def test_methods_without_a_common_image_are_not_compared():
    records = [record(method, f"{method}{n}", n + 1.0) for method in "ab" for n in range(5)]
    found = estimates_of(records, num_resamples=200)
    assert found["all", "a", "psnr"].is_best
    assert found["all", "b", "psnr"].difference is None
    assert found["all", "b", "psnr"].interval is not None


@pytest.mark.parametrize("best_is_infinite_too", [True, False])
def test_infinite_values_have_no_interval_and_no_difference(best_is_infinite_too: bool):
    values = {"a": [math.inf, 20.0, 22.0], "b": [30.0, 31.0, math.inf if best_is_infinite_too else 30.0]}
    records = [
        record(method, str(n), {"psnr": value, "ssim": n / (3 + ord(method))})
        for method, own in values.items()
        for n, value in enumerate(own)
    ]
    found = estimates_of(records, num_resamples=200)
    assert found["all", "a", "psnr"] == Estimate(math.inf, None, None, True)
    assert found["all", "b", "psnr"].difference is None
    assert (found["all", "b", "psnr"].interval is None) == best_is_infinite_too
    assert found["all", "b", "ssim"].difference is not None
    assert found["all", "b", "ssim"].interval is not None


def test_nothing_is_nan():
    records = normal_records(2, images=4)
    for one in records[::3]:
        one.metrics.update(psnr=None, ssim=None, l1=math.inf)
    for own in estimates_of(records, num_resamples=50).values():
        numbers = [own.mean, *(own.interval or ())]
        if own.difference is not None:
            numbers += [own.difference.value, own.difference.p, *(own.difference.interval or ())]
        assert not any(math.isnan(number) for number in numbers)


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_has_a_direction(key: str):
    assert lower_is_better(key) == ("l1" in key or "lpips" in key)
