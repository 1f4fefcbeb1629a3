import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import spandrel
import torch
from spandrel.architectures.Compact import Compact
from spandrel.architectures.LaMa import LaMa
from torch import Tensor
from torch.utils.data import DataLoader

from inpaint_zoo.bundles import list_bundles, packaged_weights
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.fillers import read_network
from inpaint_zoo.evaluation.methods import SpandrelFile
from inpaint_zoo.inference.inpainter import load
from inpaint_zoo.models.pconv import PConv
from inpaint_zoo.models.safetensors_file import write_safetensors
from inpaint_zoo.models.statement import STATEMENT
from inpaint_zoo.models.weights import WeightsFile
from inpaint_zoo.spandrel import install
from inpaint_zoo.training.callbacks import EMA
from inpaint_zoo.zoo import list_models

FIXTURES = Path(__file__).parent / "fixtures"
IDS = {
    "misf": "MISF", "madf": "MADF", "ctsdg": "CTSDG", "pconv": "PConv", "edgeconnect": "EdgeConnect", "rfr": "RFR",
    "deepfillv2": "DeepFillv2",
}  # fmt: skip
PUBLISHED = ["misf", "madf", "ctsdg", "pconv", "rfr", "rfr small_hole", "deepfillv2", "deepfillv2 symmetric"]
"""Networks that are published as one file each, with the name of a second layout."""
QUICK = PUBLISHED[-2:]
State = Mapping[str, Tensor]
Checkpoint = Callable[[str], Path]


@pytest.fixture(scope="module")
def registry() -> spandrel.ArchRegistry:
    copy = spandrel.MAIN_REGISTRY.copy()
    install(copy)
    return copy


@pytest.fixture(scope="module")
def opened(registry: spandrel.ArchRegistry) -> Callable[[Path], Any]:
    """What spandrel itself makes of a file."""
    return spandrel.ModelLoader("cpu", registry).load_from_file


def claimed(registry: spandrel.ArchRegistry, content: Mapping[str, Any]) -> list[str]:
    """All architectures that take a file for their own."""
    state = spandrel.canonicalize_state_dict(dict(content))
    return [str(support.architecture.id) for support in registry if support.detect(state)]


def names(manifest: str) -> State:
    """The state dict of a manifest, without its values."""
    entries = json.loads((FIXTURES / f"manifest_{manifest}.json").read_text())
    shapes = {name: entries[entry.get("alias_of", name)]["shape"] for name, entry in entries.items()}
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def manifest(which: str) -> str:
    name, _, variant = which.partition(" ")
    return f"{name}_generator{variant and '_'}{variant}"


def wrapped(which: str, state: State) -> dict[str, Any]:
    """A file as its authors write it."""
    layouts: dict[str, dict[str, Any]] = {
        "misf": {"iteration": 7, "generator": state},
        "madf": {"n_iter": 7, "model": {f"module.{name}": value for name, value in state.items()}},
        "ctsdg": {"n_iter": 7, "generator": state, "discriminator": names("ctsdg_discriminator")},
        "pconv": {"n_iter": 7, "model": state, "optimizer": {"state": {}}},
        "rfr": {"n_iter": 7, "generator": state, "optimizer_G": {"param_groups": []}},
        "deepfillv2": {"G": state, "D": names("deepfillv2_discriminator"), "n_iter": 7},
    }
    return layouts[which.partition(" ")[0]]


def pair(height: int, width: int) -> tuple[Tensor, Tensor]:
    image = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    mask = torch.zeros(1, 1, height, width)
    mask[..., 1 : height // 2, 2 : width // 2] = 1
    return image, mask


def check_fills_as_our_own(model: Any, path: Path, *sizes: tuple[int, int]) -> None:
    assert isinstance(model, spandrel.MaskedImageModelDescriptor)
    own = load(path.stem.partition(" ")[0], path, device="cpu")
    for size in sizes:
        image, mask = pair(*size)
        filled = model(image, mask)
        assert torch.equal(filled, own(image, mask))
        assert torch.equal(torch.where(mask == 1, image, filled), image)
        assert not torch.equal(filled, image)


def test_every_model_is_added_once(registry: spandrel.ArchRegistry) -> None:
    assert set(IDS) <= {*list_models()}
    assert len(registry) == len(spandrel.MAIN_REGISTRY) + len(list_models())
    assert all(id in registry for id in IDS.values())
    assert install(registry) == []
    assert "MISF" not in spandrel.MAIN_REGISTRY


@pytest.mark.parametrize("name", IDS)
def test_a_file_of_ours_is_filled_as_we_fill_it(
    registry: Any, opened: Any, small_checkpoint: Checkpoint, tmp_path: Path, name: str
) -> None:
    checkpoint, half = small_checkpoint(name), tmp_path / f"{name}.safetensors"
    content = torch.load(checkpoint, weights_only=True)
    write_safetensors(half, content)
    assert claimed(registry, content) == [IDS[name]]
    for path in (checkpoint, half):
        model = opened(path)
        assert model.architecture.id == IDS[name]
        check_fills_as_our_own(model, path, (64, 96), (37, 50), (5, 9))


def test_a_large_image_is_filled_in_pieces(opened: Any, small_checkpoint: Checkpoint) -> None:
    path = small_checkpoint("pconv")
    model = opened(path)
    assert model.tiling == spandrel.ModelTiling.INTERNAL
    check_fills_as_our_own(model, path, (600, 530))


@pytest.mark.parametrize("name", list_bundles())
def test_a_packaged_file_is_filled_as_we_fill_it(opened: Any, name: str) -> None:
    path = packaged_weights(name)
    assert path is not None
    check_fills_as_our_own(opened(path), path, (50, 70))


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*random weights")
@pytest.mark.parametrize("average", [False, True])
def test_a_checkpoint_of_a_training_is_filled_as_we_fill_it(opened: Any, tmp_path: Path, average: bool) -> None:
    weights = {"hole": 6, "valid": 1, "perceptual": 0, "style": 0, "total_variation": 0}
    module = PConv(
        network={"base_channels": 8, "num_levels": 2}, loss_weights=weights, loss_network="random",
        frozen_encoder_batch_norm=False, optimizer=partial(torch.optim.SGD, lr=0.1),
    )  # fmt: skip
    image, mask = pair(32, 32)
    trainer = pl.Trainer(
        max_steps=2, num_sanity_val_steps=0, callbacks=[EMA(decay=0.5)] if average else [], logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False, accelerator="cpu",
    )  # fmt: skip
    batches = DataLoader([{"image": image, "mask": mask, "name": ["a"]}] * 2, batch_size=None)
    trainer.fit(module, batches, batches)
    path = tmp_path / "pconv.ckpt"
    trainer.save_checkpoint(path)
    assert ("current_model_state" in torch.load(path, weights_only=True)) == average
    check_fills_as_our_own(opened(path), path, (32, 48))


@pytest.mark.parametrize("which", PUBLISHED)
def test_a_published_file_is_claimed_by_one_architecture(registry: Any, which: str) -> None:
    state, id = names(manifest(which)), IDS[which.partition(" ")[0]]
    assert claimed(registry, wrapped(which, state)) == [id]
    assert claimed(registry, state) == [id]
    assert claimed(registry, {"params_ema": {f"module.{name}": value for name, value in state.items()}}) == [id]


def test_what_is_no_network_of_ours_alone_is_not_claimed(registry: Any) -> None:
    assert claimed(registry, LaMa(in_nc=4, out_nc=3).state_dict()) == ["LaMa"]
    assert claimed(registry, Compact(num_conv=1).state_dict()) == ["Compact"]
    assert claimed(registry, {"a.weight": torch.zeros(1)}) == []
    half = {"iteration": 7, "generator": names("edgeconnect_inpaint_generator")}
    assert claimed(registry, half) == []
    assert claimed(registry, {"discriminator": names("misf_discriminator")}) == []


@pytest.mark.parametrize(
    "which", [pytest.param(which, marks=[] if which in QUICK else pytest.mark.slow) for which in PUBLISHED]
)
def test_a_published_file_is_filled_as_we_fill_it(
    opened: Any, released_state_dict: Callable[[str], dict[str, Tensor]], tmp_path: Path, which: str
) -> None:
    path = tmp_path / f"{which}.pth"
    content = wrapped(which, released_state_dict(manifest(which)))
    torch.save({key: value for key, value in content.items() if key not in ("discriminator", "D")}, path)
    check_fills_as_our_own(opened(path), path, (40, 60))


def test_a_file_of_an_earlier_version_is_written_anew(
    opened: Any, command: Any, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    old, new = tmp_path / "old.ckpt", tmp_path / "misf.safetensors"
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    del content["state_dict"][STATEMENT]
    torch.save(content, old)
    with pytest.raises(spandrel.UnsupportedModelError):
        opened(old)
    assert command("import-weights", "model=misf", f"source={old}", f"output={new}").code == 0
    check_fills_as_our_own(opened(new), new, (20, 30))


def test_other_types_come_back_as_they_were_given(opened: Any, small_checkpoint: Checkpoint) -> None:
    model = opened(small_checkpoint("misf"))
    image, mask = pair(24, 20)
    filled, whole = model(image.bfloat16(), mask.bfloat16()), model(image.bfloat16().float(), mask)
    assert filled.dtype == torch.bfloat16
    assert torch.equal(filled, whole.bfloat16())
    with pytest.raises(spandrel.UnsupportedDtypeError):
        model.half()


def test_weights_that_do_not_fit_are_an_error_of_ours(
    opened: Any, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    content = torch.load(small_checkpoint("rfr"), weights_only=True)
    del content["state_dict"]["network.output.weight"]
    torch.save(content, tmp_path / "x.ckpt")
    with pytest.raises(InputError, match=r"this file: the weights do not fit this network: 1 missing"):
        opened(tmp_path / "x.ckpt")


def test_the_method_for_files_of_others_reads_ours_too(
    small_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where nothing is installed and where it is, our own reader comes first; spandrel finds weights in more places."""
    path, inside = small_checkpoint("misf"), tmp_path / "misf.pth"
    torch.save({"params_ema": torch.load(path, weights_only=True)["state_dict"]}, inside)
    monkeypatch.setattr(spandrel, "MAIN_REGISTRY", spandrel.MAIN_REGISTRY.copy())
    cpu = torch.device("cpu")
    with pytest.raises(InputError, match="It is of no network that spandrel knows, either"):
        read_network(inside, None, None, cpu)
    assert install()
    assert isinstance(read_network(path, None, None, cpu), WeightsFile)
    method = read_network(inside, None, None, cpu)
    assert isinstance(method, SpandrelFile)
    assert method.identity()["architecture"] == "MISF"
    image, mask = pair(37, 50)
    filled = method.fill(image[0].permute(1, 2, 0).numpy(), mask[0, 0].numpy() == 1)
    own = load("misf", path, device="cpu")(image, mask)
    assert torch.equal(torch.from_numpy(filled).permute(2, 0, 1)[None], own)


def test_a_library_that_is_missing_or_too_old_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spandrel, "__version__", "0.3.4")
    with pytest.raises(InputError, match=r"spandrel 0\.3\.4 is older than 0\.4: pip install --upgrade 'inpaint-zoo\["):
        install()
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(InputError, match=r"spandrel is not installed: pip install 'inpaint-zoo\[spandrel\]'"):
        install()
