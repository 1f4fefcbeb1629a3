"""Scores of methods from votes: Bradley and Terry's model of pairs, and Luce's of the best of several.

The probability that a method is chosen is exp(score) over the sum of exp(score) of all that were shown: Bradley and
Terry, "Rank analysis of incomplete block designs", Biometrika 39 (1952); Luce, Individual Choice Behavior (1959). A
score is finite only among methods of which none is always, or never, preferred to the rest: Ford, "Solution of a
ranking problem from binary comparisons", The American Mathematical Monthly 64 (1957).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from scipy.special import logsumexp

from inpaint_zoo.user_study.two_way import Floats, Numbers

Offered = NDArray[np.bool_]
"""(n, M): which of M methods each of n votes could choose."""
_GRADIENT = 1e-9
"""Largest gradient of the mean log-likelihood at the scores that are returned."""


class Scores(NamedTuple):
    """Scores of the methods that can be compared."""

    methods: Numbers
    """(K,): their numbers, ascending; none with fewer than two that can be compared."""
    values: Floats
    """(K,), in log odds; their sum is 0."""
    influences: Floats
    """(n, K): by how much each vote moves each score."""


def scores_of(offered: Offered, chosen: Numbers) -> Scores:
    """The most likely scores of the largest group of methods in which chains of votes lead from each to each.

    Args:
        offered: (n, M).
        chosen: (n,): the number of the method that was chosen.
    """
    group = _comparable(offered, chosen)
    if len(group) < 2:
        return Scores(np.zeros(0, np.intp), np.zeros(0), np.zeros((len(chosen), 0)))
    place = np.full(offered.shape[1], -1)
    place[group] = np.arange(len(group))
    offered, choice = offered[:, group], place[chosen]
    used = (choice >= 0) & (offered.sum(axis=1) > 1)
    values = _fit(offered[used], choice[used])
    shares = _shares(offered[used], values)
    gradients = np.eye(len(group))[choice[used]] - shares
    influences = np.zeros((len(chosen), len(group)))
    # adding a constant to all scores changes nothing: the matrix of ones makes the information regular, and the
    # gradients, whose sums are 0, do not see it
    influences[used] = np.linalg.solve(_information(shares) + 1.0, gradients.T).T
    return Scores(group, values, influences)


def _comparable(offered: Offered, chosen: Numbers) -> Numbers:
    """The numbers of the largest strongly connected group of methods; of equally large ones, the first."""
    number = offered.shape[1]
    beats = np.zeros((number, number))
    np.add.at(beats, chosen, offered.astype(float))
    _, labels = connected_components(beats > 0, connection="strong")
    sizes = np.bincount(labels)
    largest = next(label for label in labels if sizes[label] == sizes.max())
    return np.flatnonzero(labels == largest)


def _fit(offered: Offered, choice: Numbers) -> Floats:
    """(K,): the scores, with a sum of 0. The first is held at 0 on the way, because only differences matter."""

    def all_of(free: Floats) -> Floats:
        return np.concatenate([[0.0], free])

    def cost(free: Floats) -> float:
        values = all_of(free)
        every = logsumexp(np.where(offered, values, -np.inf), axis=1)
        return float((every - values[choice]).mean())

    def slope(free: Floats) -> Floats:
        expected = _shares(offered, all_of(free)).sum(axis=0)
        return np.asarray((expected - wins)[1:] / len(choice))

    def curvature(free: Floats) -> Floats:
        return _information(_shares(offered, all_of(free)))[1:, 1:] / len(choice)

    wins = np.bincount(choice, minlength=offered.shape[1])
    start = np.zeros(offered.shape[1] - 1)
    found = minimize(cost, start, jac=slope, hess=curvature, method="trust-exact", options={"gtol": _GRADIENT})
    values: Floats = all_of(found.x)
    return values - float(values.mean())


def _shares(offered: Offered, values: Floats) -> Floats:
    """(n, K): the probability of each choice."""
    logs = np.where(offered, values, -np.inf)
    found: Floats = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    return found


def _information(shares: Floats) -> Floats:
    """(K, K): the Hessian of the negative log-likelihood."""
    found: Floats = np.diag(shares.sum(axis=0)) - shares.T @ shares
    return found
