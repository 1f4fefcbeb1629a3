"""Which definitions give the numbers of somebody's metric code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from inpaint_zoo.certificate.definitions import (
    AGGREGATES,
    PROTOCOLS,
    Definition,
    aggregate,
    altered,
    defining,
    differences,
    equal_pictures,
    pictures,
    value,
    values,
)
from inpaint_zoo.certificate.reference import Array

TOLERANCES = {"psnr": 2e-4, "ssim": 2e-5, "l1": 2e-6, "hole_l1": 2e-6, "ratio": 2e-6}
"""Largest difference that counts as none (PSNR in dB): what float32 may do."""
MOST_NAMED = 3
"""Explanations that are listed where several give the same numbers."""
MOST_BASES = 2
"""Protocols from which two differences are looked for, or one of a lone number: the wanted one, and the nearest."""
_MEAN, *_OTHER_AGGREGATES = AGGREGATES


@dataclass(frozen=True)
class Given:
    """Numbers of a metric for the corpus."""

    numbers: Array
    """(N,) of the pictures, or (1,), their mean."""
    rounding: float = 0.0
    """Half a unit of the last digit of what was written down."""

    @property
    def is_mean(self) -> bool:
        """Whether it is one number of all pictures."""
        return len(self.numbers) == 1


@dataclass(frozen=True)
class Verdict:
    """What was found out about a metric."""

    metric: str
    agrees: Sequence[str]
    """Names of the protocols with these numbers."""
    base: str
    """The protocol that differences are counted from."""
    explanations: Sequence[Sequence[str]]
    """Each lists the differences to `base` that together give these numbers; none where it agrees or nothing does."""
    distances: Mapping[str, float] = field(default_factory=dict)
    """The largest difference of a number, by protocol."""
    hints: Sequence[str] = ()
    """What is seen in numbers that nothing explains."""


def judge(metric: str, given: Given, form: str, against: str | None = None) -> Verdict:
    """Compare numbers with all protocols, and look for an explanation where they are not those of the wanted one.

    Args:
        metric: A key of `TOLERANCES`.
        given: Its numbers.
        form: What they were computed from, `uint8` or `floats`.
        against: The wanted protocol; None: any.
    """
    definitions = {name: defined[metric] for name, defined in PROTOCOLS.items() if metric in defined}
    expected = {name: _numbers(metric, definition, form, given) for name, definition in definitions.items()}
    distances = {name: _distance(given, numbers) for name, numbers in expected.items()}
    tolerance = TOLERANCES[metric] + given.rounding
    agrees = [name for name, distance in distances.items() if distance <= tolerance]
    wanted = defining(against or "standard", metric)
    if wanted in agrees or (agrees and against is None):
        return Verdict(metric, agrees, wanted if wanted in agrees else agrees[0], [], distances)
    if agrees:
        words = differences(metric, _seen(definitions[wanted], form), _seen(definitions[agrees[0]], form))
        return Verdict(metric, agrees, wanted, [list(words)], distances)
    others = sorted(definitions.keys() - {wanted}, key=lambda name: (distances[name], name))
    bases = [wanted] if against else [wanted, *others]
    base, explanations = _explained(metric, given, form, {name: definitions[name] for name in bases})
    hints = [] if explanations else list(_hints(given, expected[wanted], tolerance))
    return Verdict(metric, agrees, base, explanations[:MOST_NAMED], distances, hints)


def _numbers(metric: str, definition: Definition, form: str, given: Given) -> Array:
    single = values(metric, definition, form)
    return single.mean(keepdims=True) if given.is_mean else single


def _distance(given: Given, expected: Array) -> float:
    """The largest difference; infinite where only one of two numbers is finite."""
    different = ~((given.numbers == expected) | (np.isnan(given.numbers) & np.isnan(expected)))
    if not different.any():
        return 0.0
    with np.errstate(invalid="ignore"):
        distances = np.abs(given.numbers - expected)[different]
    return float(np.where(np.isfinite(distances), distances, np.inf).max())


def _explained(metric: str, given: Given, form: str, bases: Mapping[str, Definition]) -> tuple[str, list[list[str]]]:
    """The protocol with the shortest explanations, and these."""
    names = list(bases)
    for count in (1, 2):
        tried = set[Definition]()
        for name in names if count < 2 and not given.is_mean else names[:MOST_BASES]:
            base = _seen(bases[name], form)
            found = [] if base in tried else list(_matching(metric, base, given, form, count))
            tried.add(base)
            if found:
                return name, found
    return names[0], []


def _aggregates(metric: str) -> list[str]:
    """Ways to one number that differ from the mean of images of one size."""
    return [how for how in _OTHER_AGGREGATES if metric != "ssim" or not how.startswith("pooled")]


def _seen(definition: Definition, form: str) -> Definition:
    """What can be told of a definition: pictures of 8 bits are not rounded."""
    return tuple((step, "rounded" if step == "depth" and form == "uint8" else choice) for step, choice in definition)


def _matching(metric: str, base: Definition, given: Given, form: str, count: int) -> Iterator[list[str]]:
    """Explanations with `count` differences; the way to the mean of all pictures is one of them."""
    tolerance = TOLERANCES[metric] + given.rounding
    if given.is_mean:
        for how in _aggregates(metric):
            for definition, words in altered(metric, base, count - 1):
                if _near(given.numbers[0], aggregate(metric, definition, form, how), tolerance):
                    yield [*words, f"{AGGREGATES[how]}, in place of {AGGREGATES[_MEAN]}"]
        if count == 2 and metric == "ssim":
            return
    for definition, words in altered(metric, base, count):
        if _seen(definition, form) == definition and _fits(metric, definition, given, form, tolerance):
            yield words


def _fits(metric: str, definition: Definition, given: Given, form: str, tolerance: float) -> bool:
    if given.is_mean:
        return _near(given.numbers[0], aggregate(metric, definition, form, _MEAN), tolerance)
    found = zip(given.numbers, pictures(form), strict=True)
    return all(_near(number, value(metric, definition, form, name), tolerance) for number, name in found)


def _near(number: float, computed: float, tolerance: float) -> bool:
    return bool(number == computed or abs(number - computed) <= tolerance or (np.isnan(number) and np.isnan(computed)))


def _hints(given: Given, expected: Array, tolerance: float) -> Iterator[str]:
    """What is regular in the difference to the expected numbers, though its reason is not known."""
    if given.is_mean:
        return
    finite = np.isfinite(given.numbers) & np.isfinite(expected)
    wrong = np.array([not _near(*pair, tolerance) for pair in zip(given.numbers, expected, strict=True)])
    names = [name for name, is_wrong in zip(pictures("uint8"), wrong, strict=True) if is_wrong]
    if set(names) <= equal_pictures():
        yield f"only {', '.join(names)} differs, where the composite is the target"
        return
    if len(names) < len(wrong):
        yield f"{len(names)} of {len(wrong)} numbers differ: {', '.join(names)}"
    used = finite & (expected != 0)
    if not used.any():
        return
    offsets, factors = (given.numbers - expected)[finite], given.numbers[used] / expected[used]
    if np.ptp(offsets) <= 2 * tolerance:
        yield f"every number is {offsets.mean():+.6g} away"
    elif np.ptp(factors) <= 2 * tolerance / np.abs(expected[used]).min():
        yield f"every number is {factors.mean():.6g} times what it should be"


def certified(verdicts: Sequence[Verdict], against: str | None) -> list[str]:
    """The protocols that define a metric and that all agree with; what they do not define is that of `standard`.

    Args:
        verdicts: Of all metrics.
        against: Only this protocol; None: any.
    """
    metrics = {verdict.metric for verdict in verdicts}
    return [
        name
        for name in ([against] if against else PROTOCOLS)
        if metrics & PROTOCOLS[name].keys()
        and all(defining(name, verdict.metric) in verdict.agrees for verdict in verdicts)
    ]
