"""What fills images must not import: each of these takes seconds, and none fills anything."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.zoo import list_models

Images = Callable[..., Path]
Checkpoint = Callable[[str], Path]

SLOW = {
    "jinja2", "lightning_fabric", "lpips", "matplotlib", "pandas", "pydantic", "pytorch_lightning", "scipy.stats",
    "torch._dynamo", "torch._inductor", "torchmetrics", "torchvision", "wandb",
}  # fmt: skip


def run(code: str, **values: object) -> None:
    """Run Python code in a fresh process; none of `SLOW` may be imported after it."""
    given = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    code = f"import sys\n{given}\n{code}\nloaded = sorted({SLOW} & set(sys.modules)); assert not loaded, loaded"
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr


def test_predict_imports_nothing_of_training(
    images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    paths = [f"images={images('a.png') / 'a.png'}", f"masks={masks('a.png') / 'a.png'}"]
    fills = [*(f"ckpt={small_checkpoint(name)}" for name in list_models()), "model=opencv_telea"]
    commands = [["predict", fill, *paths, f"output={tmp_path / str(index)}"] for index, fill in enumerate(fills)]
    run(
        "from inpaint_zoo.cli.main import main\nassert [main(command) for command in commands] == [0] * len(commands)",
        commands=commands,
    )
    assert len(list(tmp_path.glob("*/a.png"))) >= len(fills)


@pytest.mark.parametrize(
    "code",
    [
        "import inpaint_zoo\nassert not {'torch', 'numpy', 'hydra', 'omegaconf'} & set(sys.modules)",
        "import inpaint_zoo\nfor name in inpaint_zoo.list_models(): inpaint_zoo.create_model(name, base_channels=8)",
        "import inpaint_zoo.models.network, inpaint_zoo.models.misf.network, inpaint_zoo.models.weights",
        "from inpaint_zoo.cli.main import main\nassert main(['predict', 'images=nowhere', 'masks=x', 'output=y']) == 2",
        "from inpaint_zoo.cli.main import main\nassert main(['models']) == 0\nassert 'torch' not in sys.modules",
    ],
)
def test_python_imports_nothing_of_training(code: str) -> None:
    run(code)


def test_training_modules_are_there_all_the_same() -> None:
    code = (
        "from inpaint_zoo.models.ctsdg import CTSDG, CTSDGNetwork, NETWORKS\n"
        "assert NETWORKS == {'CTSDG': CTSDGNetwork}\n"
        "assert CTSDG.network_class is CTSDGNetwork\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
