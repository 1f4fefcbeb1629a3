import signal
from collections.abc import Iterator

import pytest

from inpaint_zoo.training.callbacks.stopping import StopSignals

ALL = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


@pytest.fixture
def signals() -> Iterator[StopSignals]:
    """Listening; whatever a test leaves behind, the handlers of pytest come back."""
    before = [signal.getsignal(signum) for signum in ALL]
    listening = StopSignals()
    listening.install()
    yield listening
    listening.restore()
    for signum, handler in zip(ALL, before, strict=True):
        signal.signal(signum, handler)


def test_a_second_ctrl_c_has_its_usual_effect(signals: StopSignals) -> None:
    signal.raise_signal(signal.SIGINT)
    assert signals.name_and_number() == ("Ctrl-C", 2)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGUSR1])
def test_any_other_second_signal_is_only_remembered(signals: StopSignals, first: signal.Signals) -> None:
    for signum in (first, signal.SIGINT, signal.SIGTERM, first):
        signal.raise_signal(signum)
        assert signals.received is signum


def test_the_handlers_before_come_back() -> None:
    before = [signal.getsignal(signum) for signum in ALL]
    signals = StopSignals()
    for _ in range(2):  # a validation before the training listens, too
        signals.install()
    assert [signal.getsignal(signum) for signum in ALL] != before
    signals.restore()
    assert [signal.getsignal(signum) for signum in ALL] == before
