"""The questions of a study and the tokens under which its pictures are handed out.

Tokens are drawn by the system's secure generator, not from a seed: who knows this program, the seed and the methods
could otherwise find out which picture is whose.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from inpaint_zoo.errors import InputError
from inpaint_zoo.user_study.comparison import Comparison
from inpaint_zoo.user_study.key import DAMAGED, ORIGINAL, Key, StudyImage, StudyQuestion

MOST_QUESTIONS = 20
"""Of a voter, unless told otherwise."""
CHECKED = 3
"""Images with an attention check for each check of a voter, so that not all voters get the same."""

Form = Literal["best", "pairs"]


class Size(NamedTuple):
    """How much a voter gets."""

    num_questions: int | None
    """None: as many as there are, at most `MOST_QUESTIONS`."""
    num_checks: int


def new_token() -> str:
    """16 random hexadecimal digits."""
    return secrets.token_hex(8)


def design(comparison: Comparison, form: Form, size: Size) -> Key:
    """Make the questions of a study.

    A voter never sees the original of a photograph that they also judge: attention checks and questions of a voter are
    of different photographs. Checks use the images with the largest holes.

    Args:
        comparison: Its images and methods are used.
        form: `best`: one question an image, with all methods; `pairs`: one for every image and pair of methods.
        size: What a voter gets.

    Raises:
        InputError: There are too few images for so many checks or questions.
    """
    groups = [comparison.methods] if form == "best" else list(combinations(comparison.methods, 2))
    checks = _checks(comparison, size.num_checks, num_pictures=len(groups[0]))
    most = len(groups) * _judged(comparison, checks, size.num_checks)
    num_questions = min(most, MOST_QUESTIONS) if size.num_questions is None else size.num_questions
    if num_questions > most:
        raise InputError(f"num_questions={num_questions} is more than the {most} that a voter can get: lower it")
    names = list(comparison.records)
    pictures = [{title: new_token() for title in comparison.methods} for _ in names]
    questions = [
        _question(image, [(own[title], title) for title in group])
        for image, own in enumerate(pictures)
        for group in groups
    ]
    return Key(
        kind="study key",
        study=new_token(),
        form=form,
        num_questions=num_questions,
        num_checks=size.num_checks,
        methods=list(comparison.methods),
        images=[_image(comparison, name) for name in names],
        checks=checks,
        questions=sorted(questions, key=lambda question: question.id),
    )


def _question(image: int, pictures: Sequence[tuple[str, str]]) -> StudyQuestion:
    return StudyQuestion(id=new_token(), image=image, pictures=dict(sorted(pictures)))


def _image(comparison: Comparison, name: str) -> StudyImage:
    records = comparison.records[name]
    metrics = {title: dict(record.metrics) for title, record in records.items()}
    return StudyImage(name=name, photograph=comparison.photograph(name), metrics=metrics)


def _checks(comparison: Comparison, num_checks: int, num_pictures: int) -> list[StudyQuestion]:
    """The original among badly damaged pictures, as many as in a question; one image of a photograph at most."""
    numbers = sorted(range(len(comparison.records)), key=lambda number: -comparison.ratio(_name(comparison, number)))
    largest = {comparison.photograph(_name(comparison, number)): number for number in reversed(numbers)}
    chosen = [number for number in numbers if number in largest.values()][: CHECKED * num_checks]
    titles = [ORIGINAL, *[DAMAGED] * (num_pictures - 1)]
    checks = [_question(number, [(new_token(), title) for title in titles]) for number in chosen]
    return sorted(checks, key=lambda check: check.id)


def _judged(comparison: Comparison, checks: Sequence[StudyQuestion], num_checks: int) -> int:
    """How many images are left for every voter, whichever checks they get.

    Raises:
        InputError: None.
    """
    sizes = Counter(map(comparison.photograph, comparison.records))
    checked = sorted((sizes[comparison.photograph(_name(comparison, check.image))] for check in checks), reverse=True)
    left = sizes.total() - sum(checked[:num_checks])
    if left < 1 or len(checked) < num_checks:
        raise InputError(f"num_checks={num_checks} leaves nothing of {len(sizes)} photographs to judge: lower it")
    return left


def _name(comparison: Comparison, number: int) -> str:
    return list(comparison.records)[number]
