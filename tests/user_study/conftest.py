"""A comparison of three methods, a study of it, and people who know what they like."""

import json
import random
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.evaluation.result_images import IMAGES, KeptImages
from inpaint_zoo.images.reading import write_png
from inpaint_zoo.metrics.records import Record, write_records
from inpaint_zoo.user_study.comparison import Comparison, read_comparison
from inpaint_zoo.user_study.design import Size, design
from inpaint_zoo.user_study.key import ORIGINAL, Key

SIDE = 24
METHODS = ("alpha_net", "beta_net", "gamma_net")
WORTH = {"alpha_net": 1.2, "beta_net": 0.3, "gamma_net": -1.5}
"""What people like: Bradley and Terry's scores."""
Vote = Callable[[list[str]], str]
"""Chooses one of several methods."""


def write_comparison(folder: Path) -> Path:
    """A comparison as `compare` leaves it: ten images of ten photographs, and one without a hole."""
    kept, records = KeptImages(folder / IMAGES), []
    for number in range(11):
        name, rng = f"photograph_{number}.png", np.random.default_rng(number)
        hole = np.zeros((SIDE, SIDE), np.uint8)
        hole[:number] = 255
        write_png(kept.original(name), rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8))
        write_png(kept.mask(name), hole)
        for place, method in enumerate(METHODS):
            write_png(kept.composite(method, name), np.full((SIDE, SIDE, 3), 100 + 50 * place, np.uint8))
            # PSNR ranks as people do, SSIM the other way round, LPIPS is not available
            scored = {"ratio": number / SIDE, "psnr": 30.0 - place, "ssim": 0.5 + place / 10, "l1": 0.1}
            records.append(Record.from_score(method, name, name, scored))
    write_records(records, folder / "records.csv")
    return folder


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_comparison(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def comparison(results: Path) -> Comparison:
    return read_comparison(results)


@pytest.fixture(params=["best", "pairs"])
def key(request: pytest.FixtureRequest, comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> Key:
    """A study in which everybody gets eight questions and two attention checks; the same tokens in every run."""
    tokens = random.Random(0)
    monkeypatch.setattr(secrets, "token_hex", lambda number: tokens.randbytes(number).hex())
    return design(comparison, request.param, Size(8, 2))


def luce(rng: np.random.Generator) -> Vote:
    """A person who chooses with the probabilities that `WORTH` gives."""
    return lambda methods: methods[int(np.argmax([WORTH[method] + rng.gumbel() for method in methods]))]


def ballot(key: Key, seed: int, vote: Vote, *, attentive: bool = True) -> dict[str, Any]:
    """What the page would save for a person."""
    rng = np.random.default_rng(seed)
    checks = [key.checks[number] for number in rng.permutation(len(key.checks))[: key.num_checks]]
    seen = {key.images[check.image].photograph for check in checks}
    free = [question for question in key.questions if key.images[question.image].photograph not in seen]
    asked = [*checks, *[free[number] for number in rng.permutation(len(free))[: key.num_questions]]]
    answers = []
    for question in asked:
        shown = [str(token) for token in rng.permutation(list(question.pictures))]
        titles = [question.pictures[token] for token in shown]
        if question in checks:
            wanted = [title == ORIGINAL for title in titles].index(attentive)
        else:
            wanted = titles.index(vote(titles))
        answers.append({"question": question.id, "shown": shown, "chosen": shown[wanted], "seconds": 1.5})
    voter = rng.bytes(8).hex()
    return {"kind": "study answers", "study": key.study, "voter": voter, "answers": answers}


@pytest.fixture
def send(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Write an answer file."""

    def send(content: Any, name: str = "") -> Path:
        path = tmp_path / "answers" / (name or f"answers-{content['voter']}.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return send
