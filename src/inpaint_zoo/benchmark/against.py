"""A benchmark beside an earlier one: what became faster or slower, as far as the noise of both lets one say."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from inpaint_zoo.benchmark.machine import Machine
from inpaint_zoo.benchmark.measure import Pass, Result
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.json_values import JSONObject, validated
from inpaint_zoo.tables import MISSING, Column, Table

SIGNIFICANCE = 0.05
"""p values from this one on are noise."""
FEWEST = 4
"""Kept calls on both sides below which no p value is significant."""
MAX_BYTES = 20_000_000


class _Call(JSONObject):
    kept: bool
    seconds: float
    rate_before: float
    rate_after: float

    @property
    def work(self) -> float:
        """GFLOP of plain convolutions that the machine would have done meanwhile."""
        return self.seconds * (self.rate_before + self.rate_after) / 2


class _Pass(JSONObject):
    calls: list[_Call]

    @property
    def works(self) -> list[float]:
        return [call.work for call in self.calls if call.kept]


class _Result(JSONObject):
    case: dict[str, Any]
    forward: _Pass
    step: _Pass | None = None


class _Machine(JSONObject):
    cpu: str
    threads: int
    torch: str


class Earlier(JSONObject):
    """A `benchmark.json`, as far as it is needed here."""

    machine: _Machine
    results: list[_Result]

    def works(self, result: Result, name: str) -> list[float]:
        """The work of the kept calls of `forward` or `step` under the same conditions; empty if there are none."""
        wanted = _conditions(vars(result.case))
        passes = [getattr(each, name) for each in self.results if _conditions(each.case) == wanted]
        return [work for each in passes if each is not None for work in each.works]


class Verdict(NamedTuple):
    """What two series of calls say together."""

    ratio: float | None
    """Median now over median before; None where one has no calls."""
    p: float | None
    """Of the two-sided test of Mann and Whitney (1947); None below `FEWEST` calls."""

    def __str__(self) -> str:
        """In words."""
        if self.ratio is None:
            return "not measured in both"
        if self.p is None:
            return f"too few calls (at least {FEWEST} on both sides)"
        if self.p >= SIGNIFICANCE:
            return "no difference seen"
        return f"{abs(1 - self.ratio):.0%} {'slower' if self.ratio > 1 else 'faster'}"


def read_earlier(path: Path) -> Earlier:
    """Read a `benchmark.json`.

    Raises:
        InputError: The file is missing, damaged, or something else.
    """
    try:
        return validated(Earlier, read_json(path, MAX_BYTES), path.name)
    except InputError as error:
        raise InputError(f"against: {path} is not a benchmark.json of `benchmark output=` ({error})") from error


def verdict(now: Sequence[float], before: Sequence[float]) -> Verdict:
    """Compare the works of calls, which allow for the rate of the machine at the moment."""
    if not now or not before:
        return Verdict(None, None)
    ratio = statistics.median(now) / statistics.median(before)
    if min(len(now), len(before)) < FEWEST:
        return Verdict(ratio, None)
    from scipy.stats import mannwhitneyu  # noqa: PLC0415 - slow to import

    return Verdict(ratio, float(mannwhitneyu(now, before).pvalue))


def against_table(results: Sequence[Result], machine: Machine, earlier: Earlier) -> Table:
    """A row for each pass that was timed now."""
    columns = [
        Column("model", "Model", is_text=True),
        Column("pass", "Pass", is_text=True),
        Column("ratio", "Now / before"),
        Column("p", "p"),
        Column("verdict", "Verdict", is_text=True),
    ]
    changed = _changed(machine, earlier.machine)
    note = f"Measured on another machine: {', '.join(changed)} differ." if changed else ""
    return Table("Against the earlier benchmark", columns, list(_rows(results, earlier)), note=note)


def _rows(results: Sequence[Result], earlier: Earlier) -> Iterator[list[str]]:
    for result in results:
        for measured in filter(None, (result.forward, result.step)):
            found = verdict(_works(measured), earlier.works(result, measured.name))
            numbers = [MISSING if value is None else f"{value:.3f}" for value in found]
            yield [result.case.model, measured.name, *numbers, str(found)]


def _works(measured: Pass) -> list[float]:
    return [call.seconds * call.rate for call in measured.timing.kept]


def _conditions(case: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not set: files of earlier versions lack conditions that came later."""
    return {key: value for key, value in case.items() if value not in (False, {}, None)}


def _changed(now: Machine, before: _Machine) -> list[str]:
    return [key for key in type(before).model_fields if getattr(now, key) != getattr(before, key)]
