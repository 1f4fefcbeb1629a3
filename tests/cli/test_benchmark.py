import json
from pathlib import Path

import pytest

from inpaint_zoo.benchmark import rate
from inpaint_zoo.cli.main import main
from inpaint_zoo.config.compose import compose_config

MODELS = list(compose_config("benchmark").models)


@pytest.fixture(autouse=True)
def steady_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not make the tests repeat calls."""
    monkeypatch.setattr(rate.MachineRate, "_seconds", lambda self: 0.02)


def test_all_models_tiny(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["network.base_channels=8", "size=128", "batch_size=2", "calls=1", "memory=false"]
    assert main(["benchmark", *arguments, f"output={tmp_path}/it's here"]) == 0
    out, err = capsys.readouterr()
    assert max(map(len, out.splitlines()[:-1])) <= 80  # the last line holds a path
    assert [line.split(":")[0] for line in err.splitlines()] == [name for name in MODELS for _ in range(2)]
    assert "Forward pass, 128x128, float32, batch 2" in out
    assert "random weights" in out
    content = json.loads((tmp_path / "it's here" / "benchmark.json").read_text())
    assert [result["case"]["model"] for result in content["results"]] == MODELS
    assert all(result["step"]["num_kept"] == 1 for result in content["results"])
    lines = (tmp_path / "it's here" / "benchmark.csv").read_text().splitlines()
    assert len(lines) == 1 + 2 * len(MODELS)
    assert "## Train step" in (tmp_path / "it's here" / "benchmark.md").read_text()
    assert main(["benchmark", f"output={tmp_path}/it's here"]) == 2
    assert "benchmark.json exist: give force=true" in capsys.readouterr().err


def test_one_model_in_bfloat16(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["models=misf", "network.base_channels=8", "size=64", "calls=1", "precision=bf16", "threads=1"]
    assert main(["benchmark", *arguments, "steps=false", "memory=false"]) == 0
    out = capsys.readouterr().out
    assert "bfloat16" in out
    assert "1 threads" in out
    assert "Train step" not in out
    assert "memory" not in out.lower()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["models=[]"], "models is empty"),
        (["models=[misf,mdaf]"], "there is no model 'mdaf', did you mean 'madf'?"),
        (["models=misf", "+network.base_chanels=8"], "misf has no 'base_chanels', did you mean 'base_channels'?"),
        (["models=misf", "size=63"], "multiples of 4"),
        (["size=big"], "size is 'big': give a whole number, 1 or more"),
        (["calls=-1"], "calls is -1"),
        (["threads=0"], "threads is 0"),
        (["steps=maybe"], "steps=maybe must be true or false"),
        (["precision=16"], "precision is one of 32, bf16; got 16"),
    ],
)
def test_mistakes_are_named(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["network.base_channels=8"] if "size=63" in arguments else []
    assert main(["benchmark", *arguments, *small]) == 2
    err = capsys.readouterr().err
    assert complaint in err
    assert len(err.splitlines()) == 1
