"""How often the intervals of a user study hold the truth, with people and photographs who differ."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.checks import at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.significance import Interval
from inpaint_zoo.tables import Column, Table, markdown
from inpaint_zoo.user_study.bradley_terry import scores_of
from inpaint_zoo.user_study.two_way import Crossed, interval_of_share, intervals_of_scores

Floats = NDArray[np.float64]
BASE = np.array([0.8, 0.5, 0.2, 0.0])
"""What four methods are worth on average, in log odds."""
SIZES = ((6, 10, 8), (10, 20, 20), (20, 50, 20), (40, 30, 20))
"""People, photographs, and photographs that each person sees."""
SPREADS = ((0.0, 0.0), (0.7, 0.0), (0.7, 0.7), (1.5, 0.5), (0.3, 1.2))
"""By how much photographs and people differ: standard deviations of what a method is worth."""
DRAWS = 1_000_000
"""Single votes from which the true shares are computed."""
NORMAL = 1.959964


class Simulated(NamedTuple):
    """The votes of one study, the best of four."""

    crossed: Crossed
    chosen: NDArray[np.intp]


def simulate(rng: np.random.Generator, size: tuple[int, int, int], spread: tuple[float, float]) -> Simulated:
    """Draw people, photographs, and what each person sees and chooses."""
    num_people, num_photographs, seen = size
    photographs = rng.normal(0, spread[0], (num_photographs, len(BASE)))
    people = rng.normal(0, spread[1], (num_people, len(BASE)))
    shown = np.argsort(rng.random((num_people, num_photographs)), axis=1)[:, :seen]
    worth = BASE + photographs[shown] + people[:, None] + rng.gumbel(size=(num_people, seen, len(BASE)))
    who = Crossed(np.repeat(np.arange(num_people), seen), shown.ravel())
    return Simulated(who, worth.argmax(axis=-1).ravel())


def true_shares(spread: tuple[float, float]) -> Floats:
    """The share of votes of each method, over all people and photographs."""
    rng = np.random.default_rng(1)
    worth = BASE + rng.normal(0, np.hypot(*spread), (DRAWS, len(BASE))) + rng.gumbel(size=(DRAWS, len(BASE)))
    found: Floats = np.bincount(worth.argmax(axis=1), minlength=len(BASE)) / DRAWS
    return found


def held(study: Simulated, truth: Floats) -> Floats:
    """(3,): of how many methods the truth is held by intervals of shares, of scores, and of independent votes."""
    number = len(study.chosen)
    votes = np.eye(len(BASE))[study.chosen]
    shares = votes.mean(axis=0)
    ours = [
        interval_of_share(float(share), (votes[:, m] - share) / number, study.crossed) for m, share in enumerate(shares)
    ]
    scores = scores_of(np.ones((number, len(BASE)), np.bool_), study.chosen)
    logs = np.log(truth[scores.methods])
    intervals = intervals_of_scores(scores.values, scores.influences, study.crossed) or []
    plain = NORMAL * np.sqrt(shares * (1 - shares) / number)
    independent = [Interval(share - half, share + half) for share, half in zip(shares, plain, strict=True)]
    return np.array([_within(ours, truth), _within(intervals, logs - logs.mean()), _within(independent, truth)])


def _within(intervals: Sequence[Interval | None], truth: Floats) -> float:
    found = [own.low <= true <= own.high for own, true in zip(intervals, truth, strict=True) if own is not None]
    return float(np.mean(found)) if found else np.nan


def coverage(trials: int) -> Table:
    """A row for every size and spread."""
    rows = []
    for size in SIZES:
        for spread in SPREADS:
            rng, truth = np.random.default_rng(0), true_shares(spread)
            found = np.nanmean([held(simulate(rng, size, spread), truth) for _ in range(trials)], axis=0)
            rows.append([*map(str, size), *map(str, spread), *(f"{100 * share:.1f}" for share in found)])
    titles = (
        "people",
        "photographs",
        "seen",
        "photographs differ",
        "people differ",
        "shares",
        "scores",
        "independent votes",
    )
    return Table("", [Column(title, title) for title in titles], rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000, help="simulated studies of each row; default: 1000")
    try:
        trials = at_least(1, parser.parse_args().trials, "--trials")
    except InputError as error:
        parser.error(str(error))
    print(markdown(coverage(trials)))


if __name__ == "__main__":
    main()
