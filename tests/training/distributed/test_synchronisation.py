"""Between log intervals nobody asks a tensor for its value: on a GPU, training would wait for the device."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.zoo import list_models

READS = ("item", "tolist", "__bool__", "__float__", "__int__", "cpu", "numpy")
ALLOWED = (
    "torch/optim/",  # counts its steps in tensors that stay on the CPU
    "inpaint_zoo/data/",  # images, masks and edges before they go to the device
    "inpaint_zoo/models/inputs.py",  # looks at tensors on the CPU, and on a device once
)
INTERVAL = 5


@pytest.mark.parametrize("name", list_models())
def test_values_are_read_at_log_intervals_only(  # noqa: PLR0917
    command: Callable[..., Any],
    small_network: Callable[[str], dict[str, int]],
    images: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    steps: list[int] = []
    reads: list[tuple[int, str]] = []
    step = InpaintingModule.training_step

    def counted(self: InpaintingModule, batch: Any, batch_idx: int) -> Any:
        steps.append(len(steps) + 1)
        return step(self, batch, batch_idx)

    def watched(read: str) -> Callable[..., Any]:
        original = getattr(Tensor, read)

        def method(self: Tensor, *arguments: Any, **named: Any) -> Any:
            stack = [f"{frame.filename} {frame.name}" for frame in traceback.extract_stack(limit=12)]
            if steps and not any(part in place for part in ALLOWED for place in stack):
                reads.append((steps[-1], f"{read} from {stack[-2]}"))
            return original(self, *arguments, **named)

        return method

    monkeypatch.setattr(InpaintingModule, "training_step", counted)
    for read in READS:
        monkeypatch.setattr(Tensor, read, watched(read))
    outcome = command(
        "train", "experiment=tiny", f"model={name}", "data.size=32", "trainer.max_steps=12", "ema_decay=0.9",
        *(f"model.network.{key}={value}" for key, value in small_network(name).items()),
        f"trainer.log_every_n_steps={INTERVAL}", "trainer.val_check_interval=1000", "trainer.gradient_clip_val=1",
        "lr_schedule=cosine", f"data.root={images(*(f'{i}.png' for i in range(8)))}", f"run_dir={tmp_path / 'run'}",
    )  # fmt: skip
    monkeypatch.undo()
    assert outcome.code == 0, outcome.err
    assert steps[-1] == 12
    # the last step writes the checkpoint and validates
    between = [(at, what) for at, what in reads if at % INTERVAL and at != 12]
    assert between == []
    assert {at for at, _ in reads} >= {5, 10}
