"""Two machines, made of Linux network namespaces with addresses of their own."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

PORT = 29511
WITHIN_SECONDS = 60
pytestmark = pytest.mark.slow


@dataclass
class Machines:
    """Two namespaces with a cable between them, `10.77.0.1` and `10.77.0.2`."""

    names: tuple[str, str]
    cards: tuple[str, str]
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, number: int, *arguments: str, launcher: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start `inpaint-zoo` on one of them."""
        command = ["ip", "netns", "exec", self.names[number], sys.executable, "-m", *launcher, "inpaint_zoo"]
        variables = {"GLOO_SOCKET_IFNAME": self.cards[number], "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": ""}
        if not launcher:
            variables |= {"MASTER_ADDR": "10.77.0.1", "MASTER_PORT": str(PORT), "NODE_RANK": str(number)}
        process = subprocess.Popen(
            [*command, *arguments], env={**os.environ, **variables}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self.running.append(process)
        return process

    def kill(self, number: int) -> None:
        """Kill every process of a machine, as a power cut would."""
        pids = subprocess.run(["ip", "netns", "pids", self.names[number]], capture_output=True, text=True, check=True)
        for pid in pids.stdout.split():
            os.kill(int(pid), signal.SIGKILL)

    def cut_cable(self) -> None:
        """From now on, nothing arrives, and nobody is told."""
        subprocess.run(["ip", "-n", self.names[1], "link", "set", self.cards[1], "down"], check=True)


@pytest.fixture
def machines() -> Iterator[Machines]:
    if shutil.which("ip") is None:
        pytest.skip("there is no `ip` (Debian: iproute2) to make network namespaces with")
    names = (f"zoo-{os.getpid()}-0", f"zoo-{os.getpid()}-1")
    cards = (f"z{os.getpid()}a", f"z{os.getpid()}b")
    commands = [f"netns add {name}" for name in names]
    commands += [f"link add {cards[0]} netns {names[0]} type veth peer name {cards[1]} netns {names[1]}"]
    for number, (name, card) in enumerate(zip(names, cards, strict=True), start=1):
        commands += [f"-n {name} addr add 10.77.0.{number}/24 dev {card}", f"-n {name} link set {card} up"]
        commands += [f"-n {name} link set lo up"]
    made = Machines(names, cards)
    try:
        for command in commands:
            done = subprocess.run(["ip", *command.split()], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                pytest.skip(f"this machine allows no network namespaces: ip {command}: {done.stderr.strip()}")
        yield made
    finally:
        for process in made.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


@pytest.fixture
def settings(images: Callable[..., Path], small_network: Callable[[str], dict[str, int]]) -> tuple[str, ...]:
    root = images(*(f"{split}/{number}.png" for split in ("train", "val") for number in range(5)))
    network = (f"model.network.{key}={value}" for key, value in small_network("misf").items())
    return (
        "train", "model=misf", *network, "experiment=tiny", "data.size=32", f"data.root={root}", "mask=center_box",
        "trainer=ddp", "trainer.accelerator=cpu", "checkpoint_every=2", "trainer.val_check_interval=4",
    )  # fmt: skip


def end(process: subprocess.Popen[str], seconds: float = 200) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return (
        process.returncode,
        out,
        "".join(line for line in err.splitlines(True) if "hostname of the client" not in line),
    )


def weights(run_dir: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(run_dir / "last.ckpt", weights_only=True)["state_dict"]
    return state


def rows(run_dir: Path) -> list[dict[str, str]]:
    """What was logged; a validation that is made up for after an interruption belongs to the next epoch."""
    others = ("epoch", "train/data_wait", "train/images_per_second")  # the last two are measured by a clock
    with (run_dir / "metrics.csv").open(newline="") as file:
        return [{key: value for key, value in row.items() if key not in others} for row in csv.DictReader(file)]


def assert_equal(one: Path, other: Path) -> None:
    assert all(torch.equal(value, weights(other)[key]) for key, value in weights(one).items())
    assert rows(one) == rows(other)


def train_on_one(settings: tuple[str, ...], run_dir: Path, steps: int) -> None:
    command = [sys.executable, "-m", "inpaint_zoo", *settings, "trainer.devices=2", f"run_dir={run_dir}"]
    subprocess.run([*command, f"trainer.max_steps={steps}"], env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True)


def test_two_machines_do_what_one_does(machines: Machines, settings: tuple[str, ...], tmp_path: Path) -> None:
    one, plain, torchrun = tmp_path / "one", tmp_path / "plain", tmp_path / "torchrun"
    train_on_one(settings, one, 6)
    several = (*settings, "trainer.num_nodes=2", "trainer.devices=1", "trainer.max_steps=6")
    ends = [end(process) for process in [machines.start(node, *several, f"run_dir={plain}") for node in range(2)]]
    assert [code for code, _, _ in ends] == [0, 0], ends
    assert ends[0][1].count("run folder: ") == 1
    assert ends[1][1:] == ("", "")
    assert_equal(one, plain)
    launch = ("torch.distributed.run", "--nnodes=2", "--nproc-per-node=1", "--master-addr=10.77.0.1")
    launchers = [(*launch, f"--master-port={PORT + 1}", f"--node-rank={node}", "-m") for node in range(2)]
    started = [machines.start(n, *several, f"run_dir={torchrun}", launcher=launchers[n]) for n in range(2)]
    ends = [end(process) for process in started]
    assert [code for code, _, _ in ends] == [0, 0], ends
    assert_equal(one, torchrun)


@pytest.mark.parametrize("accident", ["the second is killed", "the first is killed", "the cable is cut"])
def test_the_other_machine_ends_within_a_minute_and_resumes(
    machines: Machines, settings: tuple[str, ...], tmp_path: Path, accident: str
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    several = (*settings, "trainer.num_nodes=2", "trainer.devices=1", f"run_dir={run_dir}", "trainer.max_steps=100000")
    started = [machines.start(node, *several) for node in range(2)]
    deadline = time.monotonic() + 200
    while not (run_dir / "previous.ckpt").exists():
        assert time.monotonic() < deadline
        assert all(process.poll() is None for process in started), [end(process) for process in started]
        time.sleep(0.1)
    victim = {"the second is killed": 1, "the first is killed": 0}.get(accident)
    machines.cut_cable() if victim is None else machines.kill(victim)
    happened = time.monotonic()
    for survivor in {0, 1} - {victim}:
        code, _, err = end(started[survivor])
        assert time.monotonic() - happened < WITHIN_SECONDS
        assert code == 2
        assert len(err.strip().splitlines()) == 1, err
        assert err.strip().startswith("inpaint-zoo train: error: ")
        assert err.strip().endswith("resume with the same command and ckpt_path=last (and run_dir= of this run)")
    done = torch.load(run_dir / "last.ckpt", weights_only=True)["global_step"]
    goal = done + 4 - done % 4
    again = (*settings, "trainer.devices=2", f"run_dir={run_dir}", f"trainer.max_steps={goal}", "ckpt_path=last")
    subprocess.run([sys.executable, "-m", "inpaint_zoo", *again], env=os.environ, check=True)
    train_on_one(settings, whole, goal)
    assert_equal(run_dir, whole)
