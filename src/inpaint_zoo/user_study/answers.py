"""The files of answers that voters send back. They are untrusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.json_values import JSONObject, validated
from inpaint_zoo.user_study.key import ORIGINAL, Key, StudyQuestion, Token, by_id

MAX_BYTES = 2_000_000
"""Of a file: some ten thousand answers."""


class Answer(JSONObject):
    """The answer to one question."""

    question: Token
    shown: list[Token]
    """The pictures in the order in which the page showed them."""
    chosen: Token
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """From the moment at which all pictures were there."""


class Ballot(JSONObject):
    """All answers of one voter."""

    kind: Literal["study answers"]
    study: Token
    voter: Token
    answers: list[Answer]


class Collected(NamedTuple):
    """What can be counted."""

    ballots: Sequence[Ballot]
    """Of the voters who passed all attention checks."""
    num_inattentive: int
    """Voters who did not."""
    num_repeated: int
    """Files that hold the answers of an earlier file once more."""


def collect(paths: Sequence[Path], key: Key) -> Collected:
    """Read files of answers; the order of the files does not matter.

    Raises:
        InputError: A file is damaged, belongs to another study, or is unfinished, or two files of one voter differ.
    """
    first: dict[str, tuple[Path, Ballot]] = {}
    questions, checks = by_id(key), {check.id for check in key.checks}
    num_repeated = 0
    for path in paths:
        ballot = _read(path, key, questions, checks)
        earlier, known = first.setdefault(ballot.voter, (path, ballot))
        if known != ballot:
            raise InputError(f"answers: {earlier} and {path} are of one voter, but differ: keep one of them")
        num_repeated += earlier is not path
    ballots = [first[voter][1] for voter in sorted(first)]
    attentive = [ballot for ballot in ballots if _is_attentive(ballot, questions, checks)]
    return Collected(attentive, len(ballots) - len(attentive), num_repeated)


def _read(path: Path, key: Key, questions: Mapping[str, StudyQuestion], checks: set[str]) -> Ballot:
    try:
        ballot = validated(Ballot, read_json(path, MAX_BYTES), "")
        _check(ballot, key, questions, checks)
    except InputError as error:
        raise InputError(f"answers: {path} cannot be counted: {error}") from error
    return ballot


def _check(ballot: Ballot, key: Key, questions: Mapping[str, StudyQuestion], checks: set[str]) -> None:
    """Refuse answers that the page does not give."""
    if ballot.study != key.study:
        raise InputError(f"it belongs to study {ballot.study}, and the key to {key.study}")
    asked = [answer.question for answer in ballot.answers]
    unknown = [question for question in asked if question not in questions]
    if unknown:
        raise InputError(f"the study has no question {unknown[0]}")
    if len(set(asked)) < len(asked):
        raise InputError("it answers a question twice")
    found = (len(checks.intersection(asked)), len(asked))
    if found != (key.num_checks, key.num_checks + key.num_questions):
        raise InputError(
            f"it has {found[1]} answers, {found[0]} of them attention checks, and the page asks for "
            f"{key.num_checks + key.num_questions}, {key.num_checks} of them checks"
        )
    for answer in ballot.answers:
        if sorted(answer.shown) != sorted(questions[answer.question].pictures) or answer.chosen not in answer.shown:
            raise InputError(f"question {answer.question} has other pictures")


def _is_attentive(ballot: Ballot, questions: Mapping[str, StudyQuestion], checks: set[str]) -> bool:
    return all(
        questions[answer.question].pictures[answer.chosen] == ORIGINAL
        for answer in ballot.answers
        if answer.question in checks
    )
