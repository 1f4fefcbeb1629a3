from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.weights import converted, read_weights
from inpaint_zoo.training.checkpoint_io import LAST, PREVIOUS
from inpaint_zoo.training.resume import check_resumable, load_initial_weights, resume_from


def check(path: Path) -> None:
    read_weights(path, None)


@pytest.fixture
def put(small_checkpoint: Callable[[str], Path], tmp_path: Path) -> Callable[..., None]:
    """Leave checkpoints of these names in the run folder."""

    def copy(*names: str) -> None:
        for name in names:
            (tmp_path / name).write_bytes(small_checkpoint("misf").read_bytes())

    return copy


@pytest.mark.parametrize("restarts", [None, "0"])
def test_only_a_job_requeued_by_slurm_resumes_without_ckpt_path(
    put: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restarts: str | None
) -> None:
    put(LAST, PREVIOUS)
    monkeypatch.delenv("SLURM_RESTART_COUNT", raising=False)
    if restarts is not None:
        monkeypatch.setenv("SLURM_RESTART_COUNT", restarts)
    assert resume_from(None, tmp_path, check) is None
    assert resume_from("last", tmp_path, check) == tmp_path / LAST


def test_a_job_requeued_by_slurm_resumes_from_what_is_there(
    put: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    assert resume_from(None, tmp_path, check) is None  # it had not written any yet
    put(PREVIOUS)  # it was killed between the two renames
    with pytest.warns(InputWarning, match=r"last\.ckpt is missing\. Resuming from .*previous\.ckpt"):
        assert resume_from(None, tmp_path, check) == tmp_path / PREVIOUS
    put(LAST)
    assert resume_from(None, tmp_path, check) == tmp_path / LAST
    (tmp_path / PREVIOUS).unlink()
    assert resume_from(None, tmp_path, check) == tmp_path / LAST


def test_auto_begins_or_resumes(put: Callable[..., None], tmp_path: Path) -> None:
    assert resume_from("auto", tmp_path, check) is None
    put(LAST)
    assert resume_from("auto", tmp_path, check) == tmp_path / LAST
    (tmp_path / LAST).rename(tmp_path / PREVIOUS)
    with pytest.warns(InputWarning, match=r"Resuming from .*previous\.ckpt"):
        assert resume_from("auto", tmp_path, check) == tmp_path / PREVIOUS


@pytest.mark.parametrize("count", ["SLURM_RESTART_COUNT", "TORCHELASTIC_RESTART_COUNT"])
def test_a_restart_resumes_the_training_and_not_what_it_started_from(
    put: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: str
) -> None:
    put(LAST, "best.ckpt")
    folder = tmp_path / "new"
    folder.mkdir()
    monkeypatch.setenv(count, "1")
    assert resume_from(str(tmp_path / LAST), folder, check) == tmp_path / LAST  # nothing of its own yet
    (folder / LAST).write_bytes((tmp_path / LAST).read_bytes())
    for given in (None, "auto", "last", str(tmp_path / LAST)):
        assert resume_from(given, folder, check) == folder / LAST
    assert resume_from(str(tmp_path / "best.ckpt"), tmp_path, check) == tmp_path / "best.ckpt"
    monkeypatch.setenv(count, "0")
    assert resume_from(None, folder, check) is None
    assert resume_from(str(tmp_path / LAST), folder, check) == tmp_path / LAST


def test_where_both_are_damaged_another_folder_is_proposed(put: Callable[..., None], tmp_path: Path) -> None:
    for name in (LAST, PREVIOUS):
        put(name)
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:1000])
    with pytest.raises(InputError, match=r"start again in another run_dir, with init_from=.*best\.ckpt"):
        resume_from("last", tmp_path, check)


def test_weights_alone_cannot_be_resumed(small_checkpoint: Callable[[str], Path]) -> None:
    with pytest.raises(InputError, match="holds no training to resume"):
        check_resumable(small_checkpoint("misf"), training_module("misf", seed=1), 10)


def test_a_checkpoint_of_other_parts_is_refused(tmp_path: Path) -> None:
    module, path = training_module("misf", seed=1), tmp_path / "x.ckpt"
    content = {"inpaint_zoo_model": "misf", "optimizer_states": [], "global_step": 10}
    state = module.state_dict()
    torch.save({**content, "state_dict": state}, path)
    check_resumable(path, module, 10)
    with pytest.raises(InputError, match="is at step 10 already: give more steps"):
        check_resumable(path, module, 9)
    with pytest.raises(InputError, match="holds the model misf, not madf"):
        check_resumable(path, training_module("madf", seed=1), 10)
    name = next(name for name in state if name.startswith("discriminator."))
    torch.save({**content, "state_dict": {key: value for key, value in state.items() if key != name}}, path)
    with pytest.raises(InputError, match=rf"1 missing \({name}\)"):
        check_resumable(path, module, 10)


def training_module(model: str, *, seed: int) -> InpaintingModule:
    torch.manual_seed(seed)
    config = compose_config("train", [f"model={model}", "data=photographs", "experiment=tiny"])
    module: InpaintingModule = construct(config.model)
    return module


def test_a_training_starts_from_all_weights_of_a_checkpoint(tmp_path: Path) -> None:
    module, other = training_module("misf", seed=1), training_module("misf", seed=2)
    stored = converted("misf", other.network, other.hparams["network"])
    torch.save({**stored, "state_dict": other.state_dict()}, tmp_path / "last.ckpt")
    load_initial_weights(module, tmp_path / "last.ckpt")
    expected = other.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in module.state_dict().items())


def test_a_file_without_a_discriminator_starts_the_network_alone(tmp_path: Path) -> None:
    module, other = training_module("misf", seed=1), training_module("misf", seed=2)
    torch.save(converted("misf", other.network, other.hparams["network"]), tmp_path / "net.pt")
    before = {name: value.clone() for name, value in module.discriminator.state_dict().items()}
    load_initial_weights(module, tmp_path / "net.pt")
    network = other.network.state_dict()
    assert all(torch.equal(value, network[name]) for name, value in module.network.state_dict().items())
    assert all(torch.equal(value, before[name]) for name, value in module.discriminator.state_dict().items())
