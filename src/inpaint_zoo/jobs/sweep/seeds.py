"""The mean and the spread over seeds of the jobs of a sweep that differ in nothing else."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.tables import MISSING, Cell, Column, Row, Table
from inpaint_zoo.training.monitor import Monitor, format_value

SEED = "seed"
"""The key of a configuration whose values are repetitions of one experiment."""


def over_seeds(outcomes: Sequence[Outcome], monitor: Monitor) -> Table | None:
    """A row for every combination of the other keys: its mean, standard deviation (n - 1) and number of values.

    Args:
        outcomes: The jobs of a sweep; those without a value are not counted.
        monitor: The metric of the sweep; the best mean is marked.

    Returns:
        None if the seed was not varied, or fewer than two jobs of any combination have a value.
    """
    groups: dict[tuple[str, ...], list[float]] = {}
    keys = list(dict.fromkeys(key for outcome in outcomes for key in outcome.varied if key != SEED))
    for outcome in outcomes:
        if SEED not in outcome.varied:
            return None
        values = groups.setdefault(tuple(outcome.varied.get(key, "") for key in keys), [])
        values.extend([] if outcome.best is None else [outcome.best])
    if max(map(len, groups.values()), default=0) < 2:
        return None
    means = {names: statistics.fmean(values) for names, values in groups.items() if values}
    best = monitor.best(means.values()) if len(means) > 1 else None
    rows: list[Row] = [
        [*names, _mean(means.get(names), best), _deviation(values), str(len(values))]
        for names, values in groups.items()
    ]
    columns = [*(Column(key, key, is_text=True) for key in keys), Column(monitor.name, monitor.name)]
    columns += [Column("deviation", "±"), Column("seeds", "seeds")]
    return Table("Over seeds", columns, rows, note="Mean and standard deviation (n - 1) over the seeds.")


def _mean(mean: float | None, best: float | None) -> Cell:
    return Cell(MISSING, "") if mean is None else Cell(format_value(mean), str(mean), mean == best)


def _deviation(values: Sequence[float]) -> Cell:
    if len(values) < 2:
        return Cell(MISSING, "")
    deviation = statistics.stdev(values)
    # with the digits of the mean
    digits = 2 if abs(statistics.fmean(values)) >= 1 else 4
    return Cell(f"{deviation:.{digits}f}", str(deviation))
