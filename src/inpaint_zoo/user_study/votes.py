"""The answers of a study as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from inpaint_zoo.user_study.answers import Ballot
from inpaint_zoo.user_study.bradley_terry import Offered
from inpaint_zoo.user_study.key import Key
from inpaint_zoo.user_study.two_way import Crossed, Numbers


class Votes(NamedTuple):
    """One entry for each of n votes, attention checks left out."""

    crossed: Crossed
    images: Numbers
    """(n,): places in the key's list of images."""
    questions: Numbers
    """(n,): places in the key's list of questions."""
    offered: Offered
    """(n, M): which methods could be chosen."""
    chosen: Numbers
    """(n,): the method that was chosen, a place in the key's list of methods."""
    places: Numbers
    """(n,): the place on the page of the picture that was chosen, from 0."""


def votes_of(ballots: Sequence[Ballot], key: Key) -> Votes:
    """The votes of voters, in their order."""
    number = {question.id: place for place, question in enumerate(key.questions)}
    method = {title: place for place, title in enumerate(key.methods)}
    photograph = {name: place for place, name in enumerate(sorted({image.photograph for image in key.images}))}
    rows = [
        (voter, number[answer.question], answer)
        for voter, ballot in enumerate(ballots)
        for answer in ballot.answers
        if answer.question in number
    ]
    asked = [key.questions[place] for _, place, _ in rows]
    offered = np.zeros((len(rows), len(method)), np.bool_)
    for row, question in enumerate(asked):
        offered[row, [method[title] for title in question.pictures.values()]] = True
    return Votes(
        Crossed(
            _numbers(voter for voter, _, _ in rows),
            _numbers(photograph[key.images[question.image].photograph] for question in asked),
        ),
        _numbers(question.image for question in asked),
        _numbers(place for _, place, _ in rows),
        offered,
        _numbers(method[key.questions[place].pictures[answer.chosen]] for _, place, answer in rows),
        _numbers(answer.shown.index(answer.chosen) for _, _, answer in rows),
    )


def _numbers(values: Iterable[int]) -> Numbers:
    return np.fromiter(values, np.intp)
