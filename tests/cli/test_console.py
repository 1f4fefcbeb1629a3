import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputWarning


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
    own = logging.getLogger("inpaint_zoo")
    handlers = list(own.handlers)
    yield
    own.handlers[:] = handlers


def test_our_own_warnings_are_one_line_and_others_as_python_shows_them() -> None:
    ordinary = warnings.formatwarning("x", UserWarning, "file.py", 3)
    quiet_libraries()
    assert warnings.formatwarning(InputWarning("say"), InputWarning, "a.py", 1) == "inpaint-zoo: note: say\n"
    assert warnings.formatwarning("x", UserWarning, "file.py", 3) == ordinary == "file.py:3: UserWarning: x\n"


def test_remarks_are_printed_once_however_often_libraries_are_quieted(capsys: pytest.CaptureFixture[str]) -> None:
    quiet_libraries()
    quiet_libraries()
    logging.getLogger("inpaint_zoo.data.sources.folder").info("%s images", 3)
    logging.getLogger("inpaint_zoo.losses").warning("random")
    assert capsys.readouterr() == ("3 images\n", "inpaint-zoo: note: random\n")


def test_advice_on_workers_is_silent_but_other_warnings_are_not() -> None:
    quiet_libraries()
    warnings.warn("The 'train_dataloader' does not have many workers which may be a bottleneck.", stacklevel=1)
    with pytest.raises(UserWarning, match="something else"):
        warnings.warn("something else", stacklevel=1)


class Lost:
    """Raises in its finalizer, as the signal of an ended process does wherever the program is."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __del__(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "is_shown"),
    [(RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. "), False), (RuntimeError("a bug"), True)],
)
def test_a_lost_process_is_told_once(error: Exception, is_shown: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: shown.append(unraisable.exc_value))
    quiet_libraries()
    del_me = Lost(error)
    del del_me
    assert shown == ([error] if is_shown else [])
