"""What a study found: shares and scores of the methods, and how often each metric prefers what people prefer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inpaint_zoo.evaluation.report.columns import HOLE_LPIPS, HOLE_SSIM, IMAGE_COLUMNS
from inpaint_zoo.evaluation.significance import Interval
from inpaint_zoo.tables import Column
from inpaint_zoo.user_study.agreement import Agreement, agreement_of
from inpaint_zoo.user_study.bradley_terry import scores_of
from inpaint_zoo.user_study.key import Key
from inpaint_zoo.user_study.two_way import Floats, interval_of_share, intervals_of_scores
from inpaint_zoo.user_study.votes import Votes

METRICS = (*IMAGE_COLUMNS, HOLE_SSIM, HOLE_LPIPS)
"""What is compared with people. PSNR and L1 of the hole rank the fills of one image as those of the whole image do."""


@dataclass(frozen=True)
class Share:
    """A share of votes."""

    value: float
    interval: Interval | None
    """None where there are too few people or photographs."""
    count: int
    """Of what it is the share: votes, or comparisons."""


@dataclass(frozen=True)
class MethodOutcome:
    """What people and metrics say of one method."""

    preferred: Share | None
    """Of the votes that could choose it; None without any."""
    score: float | None
    """Bradley and Terry's, in log odds; None where it is not finite, or cannot be compared with the others."""
    score_interval: Interval | None
    means: Mapping[str, float | None]
    """By the keys of `METRICS`: the mean over the images of the study that have a value."""


@dataclass(frozen=True)
class Outcome:
    """Everything that the votes say."""

    methods: Mapping[str, MethodOutcome]
    metrics: Mapping[str, Share]
    """By the keys of `METRICS`: in which share of comparisons its better picture was preferred; equal values count
    half. Without an entry where a metric has no values, or equal ones only."""
    agreement: Agreement | None
    first_place: Share
    """The share of votes for the picture that stood first."""
    first_by_chance: float
    """What it is expected to be."""


def outcome_of(votes: Votes, key: Key) -> Outcome:
    """Count the votes, at least one."""
    values = {column.key: _values(key, column) for column in METRICS}
    metrics = {column.key: _agreeing(votes, column, values[column.key]) for column in METRICS}
    options = votes.offered.sum(axis=1)
    return Outcome(
        _methods(votes, key.methods, values),
        {name: share for name, share in metrics.items() if share is not None},
        agreement_of(votes.questions, votes.offered, votes.chosen),
        _share(votes, (votes.places == 0).astype(float), np.ones(len(options))),
        float((1 / options).mean()),
    )


def _methods(votes: Votes, methods: Sequence[str], values: Mapping[str, Floats]) -> dict[str, MethodOutcome]:
    scores = scores_of(votes.offered, votes.chosen)
    intervals = intervals_of_scores(scores.values, scores.influences, votes.crossed)
    place = {int(method): place for place, method in enumerate(scores.methods)}
    return {
        title: MethodOutcome(
            _share(votes, (votes.chosen == m).astype(float), votes.offered[:, m].astype(float))
            if votes.offered[:, m].any()
            else None,
            float(scores.values[place[m]]) if m in place else None,
            intervals[place[m]] if intervals and m in place else None,
            {key: _mean(own[:, m]) for key, own in values.items()},
        )
        for m, title in enumerate(methods)
    }


def _share(votes: Votes, parts: Floats, sizes: Floats) -> Share:
    """The share sum of parts / sum of sizes, both (n,); votes of size 0 do not count."""
    counted = sizes > 0
    parts, sizes, total = parts[counted], sizes[counted], sizes.sum()
    value = float(parts.sum() / total)
    interval = interval_of_share(value, (parts - value * sizes) / total, votes.crossed.of(counted))
    return Share(value, interval, int(total))


def _agreeing(votes: Votes, column: Column, values: Floats) -> Share | None:
    """Compare the chosen picture of each vote with each other one that has a value, (images, M), NaN where none has."""
    goodness = (values if column.higher_is_better else -values)[votes.images]
    rows = np.arange(len(votes.chosen))
    chosen, others = goodness[rows, votes.chosen][:, None], votes.offered.copy()
    others[rows, votes.chosen] = False
    known = others & ~np.isnan(goodness) & ~np.isnan(chosen)
    better, equal = known & (chosen > goodness), known & (chosen == goodness)
    if not (known & ~equal).any():
        return None
    return _share(votes, better.sum(axis=1) + equal.sum(axis=1) / 2, known.sum(axis=1).astype(float))


def _values(key: Key, column: Column) -> Floats:
    """(images, M): a metric of every image and method; NaN where it is not defined."""
    found = [[image.metrics.get(method, {}).get(column.key) for method in key.methods] for image in key.images]
    return np.array([[np.nan if value is None else value for value in row] for row in found], np.float64)


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
