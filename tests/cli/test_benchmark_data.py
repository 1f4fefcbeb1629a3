from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_rate_stages_and_memory_are_printed(command: Callable[..., Any], images: Callable[..., Path]) -> None:
    root = images(*(f"{number}.jpg" for number in range(6)))
    settings = ["data.size=32", "data.samples_per_epoch=8", "data.batch_size=4", "data.num_workers=2"]
    done = command("benchmark", "data", f"data.root={root}", "epochs=1", "batches=1", "mask=box", *settings)
    assert done.code == 0
    assert "images/s of 32x32 with 2 workers, the median of 1 epochs of 8" in done.out
    for stage in ("decode", "resize", "augment", "mask", "to tensors", "collate", "transfer and waiting"):
        assert stage in done.out
    assert "epoch 0: " in done.err


def test_nothing_to_measure_is_refused(command: Callable[..., Any]) -> None:
    for wrong in ("epochs=0", "epochs=abc", "epochs=1.5", "batches=1.5"):
        done = command("benchmark", "data", "data=photographs", wrong)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert done.err.startswith(f"inpaint-zoo benchmark data: error: {wrong} must be")
