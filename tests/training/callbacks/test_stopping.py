import gc
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
from omegaconf import OmegaConf

from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.callbacks.stopping import SIGNALS, StopSignals

ALL = tuple(signal.Signals[name] for name in SIGNALS)


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


@pytest.mark.parametrize("first", [signum for signum in ALL if signum is not signal.SIGINT])
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


def test_handlers_that_somebody_has_put_back_already_stay() -> None:
    before = signal.signal(signal.SIGUSR2, lambda *_: None)  # as Lightning's, which holds its trainer
    signals = StopSignals()
    signals.install()
    signal.signal(signal.SIGUSR2, before)
    signals.restore()
    assert signal.getsignal(signal.SIGUSR2) == before


def test_a_training_leaves_nothing_behind(command: Any, small_network: Any, tmp_path: Path) -> None:
    before = [signal.getsignal(signum) for signum in ALL]
    network = [f"model.network.{key}={value}" for key, value in small_network("misf").items()]
    tiny = ("experiment=tiny", "data=photographs", "data.size=32", *network, "trainer.max_steps=1")
    assert command("train", *tiny, f"run_dir={tmp_path / 'run'}").code == 0
    assert [signal.getsignal(signum) for signum in ALL] == before
    gc.collect()
    there = [one for one in gc.get_objects() if type(one) is pl.Trainer]
    assert not [one for one in there if one.default_root_dir == str(tmp_path / "run")]


def test_the_configuration_names_them_all() -> None:
    assert tuple(OmegaConf.load(CONF_DIR / "callbacks" / "default.yaml").last_checkpoint.signals) == SIGNALS


def test_a_signal_with_another_meaning_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGUSR2)
    signals = StopSignals(["SIGTERM", "SIGQUIT"], requeue=None)
    signals.install()
    assert signal.getsignal(signal.SIGUSR2) == before
    signal.raise_signal(signal.SIGQUIT)
    signals.restore()
    assert signals.name_and_number() == ("SIGQUIT", 3)


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals = StopSignals()
    signals.install()
    signal.raise_signal(signal.SIGHUP)
    signals.restore()
    assert signals.received is None
    assert signal.signal(signal.SIGHUP, before) == signal.SIG_IGN


@pytest.mark.parametrize(
    ("names", "requeue", "complaint"),
    [
        (["SIGUSR3"], None, "SIGUSR3 is no signal, did you mean 'SIGUSR"),
        (["USR2"], None, "USR2 is no signal, did you mean 'SIGUSR2'"),
        (["SIGKILL"], None, "no process can handle SIGKILL"),
        (["SIGTERM"], "SIGUSR1", "requeue=SIGUSR1 is none of its signals"),
    ],
)
def test_names_that_do_not_work_are_refused(names: list[str], requeue: str | None, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        StopSignals(names, requeue)


@pytest.mark.parametrize("asked", ["SIGUSR1", "SIGUSR2"])
def test_the_signal_that_asks_slurm_for_a_requeue(
    signals: StopSignals, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setenv("SLURM_JOB_ID", "12")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: calls.append(command))
    other = StopSignals(requeue=asked)
    for name in SIGNALS:
        other.received = signal.Signals[name]
        other.requeue()
    assert calls == [["scontrol", "requeue", "12"]]


SAYS_MORE = """
import signal, sys
from inpaint_zoo.training.callbacks.stopping import StopSignals
signals = StopSignals()
signals.install()
print("ready", flush=True)
while signals.received is None:
    signal.pause()
print("much later", flush=True)
print("much later", file=sys.stderr, flush=True)
sys.exit(128 + signals.received)
"""


def test_output_after_the_terminal_has_closed_is_no_error() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SAYS_MORE], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    said = b""
    while b"ready" not in said:
        said += os.read(ours, 100)
    os.close(ours)
    # the session leads no terminal here, so that the shell's part is ours
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 129


def test_a_signal_for_all_processes_ends_no_loading_process_first(small_network: Any, tmp_path: Path) -> None:
    network = [f"model.network.{key}={value}" for key, value in small_network("misf").items()]
    tiny = ["experiment=tiny", "data=photographs", "data.size=32", "data.num_workers=2", *network]
    endless = ["trainer.max_steps=100000", "data.samples_per_epoch=100000", "checkpoint_every=5", "run_dir=run"]
    command = [sys.executable, "-m", "inpaint_zoo", "train", *tiny, *endless]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not (tmp_path / "run/last.ckpt").exists() and process.poll() is None:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGTERM)  # as SLURM, `timeout` and torchrun do
    said = process.communicate(timeout=60)[1].splitlines()
    assert said[-1].startswith("inpaint-zoo train: stopped by SIGTERM at step ")
    assert process.returncode == 128 + signal.SIGTERM
