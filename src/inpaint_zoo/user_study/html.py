"""The page of a study: it asks, keeps the answers in the browser, and saves them as a file. It needs no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.pages import page_environment
from inpaint_zoo.tables import printable
from inpaint_zoo.user_study.key import Key, StudyQuestion
from inpaint_zoo.user_study.pictures import FOLDER, Reference, Shown

FILE = "index.html"


@dataclass(frozen=True)
class Texts:
    """What the page says, in the language of its voters."""

    title: str
    question: str
    """Stands above the pictures."""
    consent: str | None
    """What voters agree to before they begin; None asks for nothing."""
    thanks: str
    """What to do with the file of answers."""


CAPTIONS: dict[Reference, str] = {"input": "The striped part was missing", "original": "The original", "nothing": ""}


def write_page(key: Key, shown: Sequence[Shown], reference: Reference, texts: Texts, folder: Path) -> None:
    """Write the page, which lies beside the folder of its pictures; it holds nothing of the names of methods.

    Raises:
        InputError: It cannot be written.
    """
    environment = page_environment(Path(__file__).parent / "page")
    environment.filters["printable"] = printable
    text = environment.get_template("study.html.j2").render(texts=texts, data=_data(key, shown, reference), key=key)
    write_bytes(folder / FILE, [text.encode("utf-8", "backslashreplace")])


def _data(key: Key, shown: Sequence[Shown], reference: Reference) -> dict[str, Any]:
    """What the script needs. Attention checks look as other questions do; `take` says how many a voter gets."""
    numbers: dict[str, int] = {}
    photographs = [numbers.setdefault(image.photograph, len(numbers)) for image in key.images]
    return {
        "study": key.study,
        "folder": FOLDER,
        "caption": CAPTIONS[reference],
        "images": [
            {"height": own.size[0], "width": own.size[1], "reference": own.reference, "photograph": photograph}
            for own, photograph in zip(shown, photographs, strict=True)
        ],
        "sets": [
            {"take": key.num_checks, "questions": _questions(key.checks)},
            {"take": key.num_questions, "questions": _questions(key.questions)},
        ],
    }


def _questions(questions: Sequence[StudyQuestion]) -> list[dict[str, Any]]:
    return [{"id": each.id, "image": each.image, "pictures": list(each.pictures)} for each in questions]
