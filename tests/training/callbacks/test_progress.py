import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from inpaint_zoo.training.callbacks import StepProgress, Telemetry, pace, progress

TERMS = ("l1", "perceptual", "style", "adversarial", "discriminator", "feature_matching", "coarse_edge")


class MISF:
    """Gives its name."""


def output(step: int) -> dict[str, Any]:
    return {"loss": torch.tensor(step / 4), "terms": {name: torch.tensor(float(step)) for name in TERMS}}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(seconds=100.0)
    for module in (pace, progress):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


@pytest.fixture
def train(clock: SimpleNamespace) -> Callable[..., None]:
    """Eight steps of two images, half a second each, `waits` of it for data; losses logged at every second one."""

    def run(callback: Any, max_steps: int = 8, seconds: float = 0.5, waits: float = 0.0) -> None:
        watching: Any = Telemetry()
        watching.gradient_norms = {"network": torch.tensor(0.8211), "discriminator": torch.tensor(12.0)}
        trainer: Any = SimpleNamespace(max_steps=max_steps, global_step=0, world_size=2, num_val_batches=[3])
        trainer.callbacks = [watching, callback]
        callback.on_train_start(trainer, MISF())
        for step in range(1, 9):
            watching.pace.wait()
            clock.seconds += waits * seconds
            watching.pace.go_on()
            clock.seconds += (1 - waits) * seconds
            trainer.global_step = step
            for each in trainer.callbacks:
                each.on_train_batch_end(trainer, None, output(step), {"image": [0, 0]}, step)
            if step == 4:
                callback.on_validation_batch_end(trainer, None, None, None, 0)
                for each in trainer.callbacks:
                    each.on_validation_end(trainer, None)
        callback.on_train_end(trainer, None)

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """80 columns, without colours."""
    for name, value in {
        "TTY_COMPATIBLE": "1",
        "COLUMNS": "80",
        "LINES": "24",
        "TERM": "xterm",
        "NO_COLOR": "1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("max_steps", "shown"), [(8, "8/8"), (-1, "8/?")])
def test_the_finished_bar_shows_steps_rate_and_losses_at_80_columns(
    capsys: pytest.CaptureFixture[str], train: Callable[..., None], max_steps: int, shown: str
) -> None:
    train(StepProgress(every=2), max_steps)
    screen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().out.rpartition("\r")[2]).replace("\xa0", " ")
    assert "MISF" in screen
    assert shown in screen
    assert "8.0 images/s" in screen
    assert "loss 2  l1 8" in screen
    assert "coarse_edge 8" in screen
    assert "gradient 0.82/12" in screen
    assert "waits" not in screen
    assert max(map(len, screen.splitlines())) <= 80


def test_elsewhere_a_line_comes_every_minute_and_at_the_end(
    capsys: pytest.CaptureFixture[str], train: Callable[..., None]
) -> None:
    train(StepProgress(every=2), seconds=20)
    first, *_, last = lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert first.startswith("MISF step 3/8  0:01:40 left  0.2 images/s  loss 0.5  l1 2  ")
    assert last.startswith("MISF step 8/8  0.2 images/s  loss 2  l1 8  ")


def test_waiting_for_data_is_shown_where_it_matters(
    capsys: pytest.CaptureFixture[str], train: Callable[..., None]
) -> None:
    train(StepProgress(every=2), seconds=20, waits=0.04)
    assert "waits" not in capsys.readouterr().out
    train(StepProgress(every=2), seconds=20, waits=0.25)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("MISF step 8/8  0.2 images/s  waits 25 %  loss 2  l1 8  ")
    assert last.endswith("  gradient 0.82/12")


@pytest.mark.usefixtures("terminal")
def test_waiting_is_shown_in_the_bar_of_80_columns(
    capsys: pytest.CaptureFixture[str], train: Callable[..., None]
) -> None:
    train(StepProgress(every=2), waits=0.5)
    screen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().out.rpartition("\r")[2])
    assert "8.0 images/s  waits 50 %" in screen
    assert max(map(len, screen.splitlines())) <= 80


def test_no_step_is_told_twice(capsys: pytest.CaptureFixture[str], train: Callable[..., None]) -> None:
    train(StepProgress(every=2), seconds=70)
    steps = [line.split()[2] for line in capsys.readouterr().out.splitlines()]
    assert steps == [f"{step}/8" for step in range(1, 9)]


def test_losses_are_read_at_logged_steps_only(monkeypatch: pytest.MonkeyPatch, train: Callable[..., None]) -> None:
    read: list[float] = []
    losses = progress._losses

    def remember(outputs: Any, norms: Any) -> dict[str, float]:
        read.append(4 * losses(outputs, norms)["loss"])
        return losses(outputs, norms)

    monkeypatch.setattr(progress, "_losses", remember)
    train(StepProgress(every=3))
    assert read == [3, 6, 8]  # and at the last
    read.clear()
    train(StepProgress(every=1), seconds=0.2)
    assert read == [1, 4, 7, 8]  # not more often than twice a second


def test_only_the_first_process_shows_progress(capsys: pytest.CaptureFixture[str], train: Callable[..., None]) -> None:
    callback = StepProgress(every=1)
    callback.disable()
    train(callback)
    assert capsys.readouterr().out == ""
    callback.enable()
    train(callback)
    assert "8/8" in capsys.readouterr().out


@pytest.mark.usefixtures("terminal")
def test_an_exception_gives_the_terminal_back() -> None:
    callback: Any = StepProgress(every=1)
    trainer: Any = SimpleNamespace(max_steps=3, global_step=0, callbacks=[])
    callback.on_train_start(trainer, MISF())
    display = callback._display
    assert display.live.is_started
    callback.on_exception(trainer, None, RuntimeError())
    assert not display.live.is_started
