"""Methods evaluated in one pass, through the configuration that the command line composes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import Sample
from inpaint_zoo.evaluation.session import Session, image_notes, open_session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS
from inpaint_zoo.runtime.processes import Processes

ALONE = Processes(0, 1)


def opened(*overrides: str, **sources: str) -> Session:
    settings = ["data=photographs", "size=32", "data.eval_repeats=3", "data.num_workers=0", "lpips=false", "output=x"]
    return open_session(Settings.from_config(compose_config("compare", [*settings, *overrides]), sources))


class Spy:
    """Hands the image back and remembers whose turn it was."""

    def __init__(self, title: str, seen: list[tuple[str, str]]) -> None:
        self.title = title
        self.seen = seen

    def identity(self) -> dict[str, str]:
        return {"title": self.title}

    def __call__(self, sample: Sample) -> np.ndarray:
        self.seen.append((sample.name, self.title))
        return sample.image


def test_every_method_fills_every_image_once(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    template = opened(mean="mean")
    spies = {title: Spy(title, seen) for title in ("a", "b")}
    session = Session(template.settings, template.evaluation, spies, None, [])
    evaluated = session.evaluate(tmp_path, ALONE, force=False)
    names = session.evaluation.dataset.names
    assert len(names) == 9
    assert seen == [(name, title) for name in names for title in ("a", "b")]
    assert [(each.record.name, each.record.method) for each in evaluated] == seen
    assert {each.record.metrics["psnr"] for each in evaluated} == {100}
    assert {each.record.photograph for each in evaluated} == {"camera.png", "chelsea.png", "rocket.jpg"}


def test_other_code_and_another_lpips_are_evaluated_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    template = opened("data.eval_repeats=1", mean="mean")
    distance: Any = lambda target, output: None  # noqa: E731

    def num_filled(weights: str) -> int:
        """Evaluate with LPIPS of these weights, always in the same folder."""
        seen: list[tuple[str, str]] = []
        path = tmp_path / f"{weights}.pth"
        path.write_text(weights[:3])
        settings = replace(template.settings, lpips_weights=str(path))
        session = Session(settings, template.evaluation, {"a": Spy("a", seen)}, distance, [])
        session.evaluate(tmp_path / "out", ALONE, force=False)
        return len(seen)

    assert [num_filled(weights) for weights in ("old", "old, moved", "new", "new")] == [3, 0, 3, 0]
    monkeypatch.setattr("inpaint_zoo.evaluation.session.code_hash", lambda conf: "another")
    assert [num_filled("new"), num_filled("new")] == [3, 0]
    said = "a: evaluated again, because weights, protocol, LPIPS or code have changed\n"
    assert capsys.readouterr().err == 2 * said


def test_the_seed_of_the_masks_counts(tmp_path: Path) -> None:
    def ratios(seed: int) -> list[float]:
        evaluated = opened(f"data.eval_seed={seed}", mean="mean").evaluate(tmp_path / str(seed), ALONE, force=False)
        return [each.record.ratio for each in evaluated]

    assert ratios(0) == ratios(0) != ratios(1)


def test_lpips_or_a_sentence() -> None:
    assert "LPIPS was switched off (lpips=false)." in opened(mean="mean").notes
    session = opened("lpips=true", mean="mean")
    assert session.lpips is None
    assert session.notes[-1].startswith("LPIPS is not available: ")
    assert not any("LPIPS" in note for note in opened("lpips=true", "protocol=edgeconnect", mean="mean").notes)
    with pytest.raises(InputError, match=r"x\.pth"):
        opened("lpips=true", "lpips_weights=x.pth", mean="mean")


def test_changed_known_pixels_are_told() -> None:
    def record(method: str, **values: float) -> Record:
        return Record(method, "a", "a", 0.1, dict.fromkeys(METRICS) | values)

    records = [
        record("same", known_l1=0.0, known_ssim=1.0),
        record("jpeg", known_l1=0.01, known_ssim=0.99),
        record("without L1", known_ssim=0.99),
        record("nothing known"),
    ]
    notes = image_notes(records)
    assert [note.partition(" changed")[0] for note in notes] == ["jpeg", "without L1"]
    assert "in 1 of 1 images, by 1.0% on average" in notes[0]
    assert "average" not in notes[1]


def test_originals_among_the_methods_are_told() -> None:
    records = [
        Record("theirs", name, name, ratio, dict.fromkeys(METRICS) | {"hole_l1": error})
        for name, ratio, error in (("a", 0.1, 0.0), ("b", 0.1, 0.2), ("c", 0.0, None))
    ]
    assert image_notes(records) == ["theirs equals the original inside the hole as well in 1 of 2 images."]


def test_the_hashes_name_what_the_numbers_depend_on() -> None:
    hashes = opened(mean="mean").hashes()
    assert set(hashes) == {"images", "masks", "protocol", "code", "method mean"}
    other = opened("protocol=misf", "data.eval_seed=1", mean="mean").hashes()
    assert {name for name in hashes if hashes[name] != other[name]} == {"masks", "protocol"}
