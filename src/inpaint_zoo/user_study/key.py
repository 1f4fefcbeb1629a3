"""The key of a study: which picture is whose. The maker keeps it; the page and its pictures do not hold it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.json_values import JSONObject, Number, plain_number, validated
from inpaint_zoo.files.samples_file import write_samples

FILE = "key.json"
ORIGINAL, DAMAGED = "original", "damaged"
"""What the pictures of an attention check are."""
MAX_BYTES = 200_000_000

Token = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
"""16 random hexadecimal digits: a study, a question, a picture, or a voter."""


class StudyImage(JSONObject):
    """An image of a study."""

    name: str
    photograph: str
    """The unit that is drawn at random: images of one photograph are not independent."""
    metrics: dict[str, dict[str, Number]]
    """By method and key of the metric."""


class StudyQuestion(JSONObject):
    """What a voter chooses from."""

    id: Token
    image: int
    """Place in the list of images."""
    pictures: dict[Token, str]
    """By token, in the order of the tokens: the method; in an attention check, `ORIGINAL` or `DAMAGED`."""


class Key(JSONObject):
    """Everything about a study that its page does not tell."""

    kind: Literal["study key"]
    study: Token
    form: Literal["best", "pairs"]
    """What a question is: the best of all methods, or the better of two."""
    num_questions: int
    """Of each voter, without attention checks."""
    num_checks: int
    """Attention checks of each voter."""
    methods: list[str]
    images: list[StudyImage]
    checks: list[StudyQuestion]
    questions: list[StudyQuestion]


def write_key(key: Key, path: Path) -> None:
    """Write a key; `read_key` reads it.

    Raises:
        InputError: It cannot be written.
    """
    head = key.model_dump(exclude={"kind", "questions"})
    for image in head["images"]:
        image["metrics"] = {
            title: {name: plain_number(value) for name, value in own.items()} for title, own in image["metrics"].items()
        }
    write_samples(path, key.kind, head, [question.model_dump() for question in key.questions], "questions")


def read_key(path: Path) -> Key:
    """Read the key of a study.

    Raises:
        InputError: It is damaged, or something else.
    """
    try:
        key = validated(Key, read_json(path, MAX_BYTES), path.name)
        _check(key, path.name)
    except InputError as error:
        raise InputError(f"key: {path} is not a key.json of `study` ({error})") from error
    return key


def _check(key: Key, name: str) -> None:
    """Refuse a key whose parts do not fit each other."""
    asked = [*key.questions, *key.checks]
    known = set(key.methods)
    if len({question.id for question in asked}) < len(asked):
        raise InputError(f"{name} has two questions with one id")
    for question in asked:
        if not 0 <= question.image < len(key.images):
            raise InputError(f"{name}: question {question.id} has image {question.image}, which is not there")
    for question in key.questions:
        if not (len(question.pictures) > 1 and known.issuperset(question.pictures.values())):
            raise InputError(f"{name}: question {question.id} has pictures of no method")
    for check in key.checks:
        if sorted(set(check.pictures.values())) != [DAMAGED, ORIGINAL]:
            raise InputError(f"{name}: check {check.id} lacks an original or a damaged picture")


def by_id(key: Key) -> Mapping[str, StudyQuestion]:
    """All questions and attention checks."""
    return {question.id: question for question in (*key.questions, *key.checks)}
