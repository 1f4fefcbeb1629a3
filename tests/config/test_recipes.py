"""What a training can be given beside a model and data, from the command line."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.metrics.records import read_records
from inpaint_zoo.models.misf import MISF
from inpaint_zoo.training.runs.result import read_result
from inpaint_zoo.zoo import list_models

Command = Callable[..., Any]
Images = Callable[..., Path]
NAMES = [f"{number}.png" for number in range(8)]
AVERAGED = "state_dict"
TRAINED = "current_model_state"


@pytest.fixture
def train(command: Command, small_network: Callable[[str], dict[str, int]], images: Images, tmp_path: Path) -> Command:
    """`inpaint-zoo train` of a small network on 32 x 32 crops; the first argument is the name of the run."""

    def run(name: str, *arguments: object, model: str = "misf", steps: int = 2) -> Any:
        network = [f"model.network.{key}={value}" for key, value in small_network(model).items()]
        settings = ["experiment=tiny", "data.size=32", f"trainer.max_steps={steps}", *network]
        chosen = [] if any(str(argument).startswith("experiment=") for argument in arguments) else [f"model={model}"]
        root, run_dir = images(*NAMES), tmp_path / name
        return command("train", *settings, *chosen, f"data.root={root}", f"run_dir={run_dir}", *arguments)

    return run


def checkpoint(run_dir: Path) -> dict[str, Any]:
    stored: dict[str, Any] = torch.load(run_dir / "last.ckpt", weights_only=True)
    return stored


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else bool(one == other)


@pytest.mark.parametrize("name", list_models())
def test_everything_that_a_recipe_adds_is_resumed_to_the_last_bit(train: Command, tmp_path: Path, name: str) -> None:
    recipe = [
        "ema_decay=0.9", "lr_schedule=warmup_cosine", "model.lr_schedule.warmup_steps=2",
        "model.lr_schedule.total_steps=9", "trainer.gradient_clip_val=0.5", "trainer.accumulate_grad_batches=2",
        "trainer.val_check_interval=3",
    ]  # fmt: skip
    assert train("whole", *recipe, model=name, steps=5).code == 0
    assert train("parts", *recipe, model=name, steps=3).code == 0
    assert train("parts", *recipe, "ckpt_path=last", model=name, steps=5).code == 0
    whole, parts = checkpoint(tmp_path / "whole"), checkpoint(tmp_path / "parts")
    for entry in (AVERAGED, TRAINED, "optimizer_states", "lr_schedulers"):
        assert equal(whole[entry], parts[entry]), entry
    rates = [group["lr"] for group in whole["optimizer_states"][0]["param_groups"]]
    published = compose_config("train", [f"model={name}"]).model.optimizer.lr
    assert 0 < rates[0] < published
    scale = compose_config("train", [f"model={name}"]).model.get("discriminator_lr_scale", 1)
    known = (rates[0], pytest.approx(scale * rates[0]))  # of generators and discriminators
    assert all(rate in known for rate in rates)


def test_the_weights_of_a_checkpoint_can_be_chosen(
    train: Command, command: Command, images: Images, masks: Images, tmp_path: Path
) -> None:
    assert train("run", "ema_decay=0.5", "model.optimizer.lr=0.01", steps=3).code == 0
    assert train("plain", "model.optimizer.lr=0.01", steps=3).code == 0
    averaged, plain = tmp_path / "run" / "last.ckpt", tmp_path / "plain" / "last.ckpt"
    root, holes = images("a.png", folder="evaluated"), masks("a.png")

    def psnr(path: Path, *arguments: str) -> float | None:
        data = [f"data.root={root}", "data.size=32", "data.num_workers=0", "lpips=false"]
        output = tmp_path / "evaluation"
        outcome = command("evaluate", f"ckpt={path}", *data, f"output={output}", *arguments)
        assert outcome.code == 0, outcome.err
        (record,) = read_records(output / "records.csv")
        shutil.rmtree(output)
        return record.metrics["psnr"]

    assert psnr(averaged) == psnr(averaged, "weights=ema")
    assert psnr(averaged, "weights=raw") == psnr(plain) == psnr(plain, "weights=raw")
    assert psnr(averaged, "weights=raw") != psnr(averaged)

    pixels = {}
    for choice in ("raw", "ema", "null"):
        output = tmp_path / f"predicted_{choice}"
        files = [f"images={root / 'a.png'}", f"masks={holes / 'a.png'}", f"output={output}"]
        assert command("predict", f"ckpt={averaged}", *files, f"weights={choice}").code == 0
        pixels[choice] = (output / "a.png").read_bytes()
    assert pixels["null"] == pixels["ema"] != pixels["raw"]

    for verb, source in (("evaluate", f"ckpt={plain}"), ("compare", f"methods.one={plain}")):
        output = f"output={tmp_path / 'none'}"
        refused = command(verb, source, f"data.root={root}", "data.size=32", output, "weights=ema")
        assert refused.code == 2
        assert f"{plain} holds no moving average" in refused.err
        unknown = command(verb, source, f"data.root={root}", "data.size=32", output, "weights=avg")
        assert unknown.code == 2
        assert "weights=avg is unknown (known: raw, ema" in unknown.err


def test_an_average_is_dropped_when_training_resumes_without_one(train: Command, tmp_path: Path) -> None:
    assert train("whole", steps=4).code == 0
    assert train("parts", "ema_decay=0.9", steps=2).code == 0
    assert train("parts", "ckpt_path=last", "ema_decay=null", steps=4).code == 0
    assert equal(checkpoint(tmp_path / "whole")["state_dict"], checkpoint(tmp_path / "parts")["state_dict"])


def test_a_diverged_training_names_the_term_and_keeps_its_checkpoint(
    train: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses, calls = MISF.losses, []

    def diverging(self: MISF, batch: Any) -> Any:
        calls.append(1)
        terms = losses(self, batch)
        return {**terms, "l1": terms["l1"] * (float("nan") if len(calls) >= 5 else 1)}

    monkeypatch.setattr(MISF, "losses", diverging)
    settings = ["checkpoint_every=3", "trainer.log_every_n_steps=4", "trainer.val_check_interval=100"]
    outcome = train("run", *settings, steps=20)
    assert outcome.code == 2
    told = "loss term l1 was not finite in batch 5 (found after batch 6, last checked after batch 4); the checkpoint"
    assert f"{told} of step 3 is kept: " in outcome.err
    assert outcome.err.count("\n") == 1
    kept = checkpoint(tmp_path / "run")
    assert kept["global_step"] == 3
    assert all(value.isfinite().all() for value in kept["state_dict"].values())
    monkeypatch.setattr(MISF, "losses", losses)
    assert train("run", *settings, "ckpt_path=last", steps=6).code == 0
    assert checkpoint(tmp_path / "run")["global_step"] == 6


@pytest.mark.parametrize("name", list_models())
def test_bfloat16_trains_every_model(train: Command, tmp_path: Path, name: str) -> None:
    settings = ["trainer.precision=bf16-mixed", "trainer.gradient_clip_val=1"]
    if "loss_network" in compose_config("train", [f"model={name}"]).model:
        terms = ["model.loss_weights.perceptual=0.1", "model.loss_weights.style=1"]
        settings += ["model.loss_network=random", *terms]
    assert train("run", *settings, model=name, steps=4).code == 0
    stored = checkpoint(tmp_path / "run")["state_dict"]
    assert all(value.isfinite().all() for value in stored.values())
    assert {value.dtype for value in stored.values() if value.is_floating_point()} == {torch.float32}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["trainer.precision=16-mixed", "trainer.accelerator=cpu"], "give trainer.precision=bf16-mixed"),
        (["trainer.precision=16", "trainer.accelerator=cpu"], "needs a GPU"),
        (["trainer.precision=bf16-mixd"], "did you mean 'bf16-mixed'"),
        (["trainer.precision=16-true"], "16-true is not offered"),
        (["trainer.gradient_clip_val=-1"], "trainer.gradient_clip_val=-1 must be at least 0"),
        (["trainer.gradient_clip_val=1", "trainer.gradient_clip_algorithm=nrom"], "nrom"),
        (["ema_decay=1.5"], "ema_decay=1.5 must lie between 0 and 1"),
        (["lr_schedule=cosin"], "did you mean 'cosine'"),
        (["lr_schedule=cosine", "model.lr_schedule.T_max=-1"], "model.lr_schedule.T_max=-1: give a number of steps"),
    ],
)
def test_what_cannot_be_had_is_refused_in_one_line(train: Command, arguments: list[str], told: str) -> None:
    outcome = train("run", *arguments)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert told in outcome.err


@pytest.mark.slow
def test_compiling_changes_neither_names_nor_numbers(
    train: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_function, compiled = torch.compile, []

    def traced(function: Any) -> Any:
        compiled.append(function.__qualname__)
        return compile_function(function, backend="eager")  # inductor takes minutes

    monkeypatch.setattr(torch, "compile", traced)
    assert train("plain", steps=3).code == 0
    assert compiled == []
    assert train("compiled", "compile=true", steps=2).code == 0
    assert train("compiled", "compile=true", "ckpt_path=last", steps=3).code == 0
    # an addition shows whether there is a compiler before data are read
    assert compiled == ["_plus_one", "MISFNetwork.generate"] * 2
    plain, other = (checkpoint(tmp_path / run)["state_dict"] for run in ("plain", "compiled"))
    assert plain.keys() == other.keys()
    for key, value in plain.items():
        torch.testing.assert_close(other[key], value, rtol=1e-3, atol=1e-4, msg=key)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler on a CPU")
@pytest.mark.filterwarnings("ignore")  # of torch's own code
def test_the_compiler_of_torch_trains_to_the_same_weights(train: Command, tmp_path: Path) -> None:
    for run, *settings in (["plain"], ["compiled", "compile=true"]):
        assert train(run, *settings, "model.network.base_channels=4", "trainer.limit_val_batches=0", steps=3).code == 0
    plain, other = (checkpoint(tmp_path / run)["state_dict"] for run in ("plain", "compiled"))
    for key, value in plain.items():
        torch.testing.assert_close(other[key], value, rtol=1e-3, atol=1e-3, msg=key)


def statistics(state: dict[str, torch.Tensor], network: str) -> dict[str, torch.Tensor]:
    ends = ("running_mean", "running_var", "num_batches_tracked")
    return {key: value for key, value in state.items() if key.startswith(network) and key.endswith(ends)}


def test_the_second_stage_of_ctsdg_follows_the_first(train: Command, tmp_path: Path) -> None:
    assert train("first", "experiment=[ctsdg,tiny]", "mask=irregular", "trainer.max_steps=3", model="ctsdg").code == 0
    start = f"init_from={tmp_path / 'first' / 'last.ckpt'}"
    second = ["experiment=[ctsdg_finetune,tiny]", "mask=irregular", "trainer.max_steps=3", start]
    assert train("second", *second, model="ctsdg").code == 0
    first, second = checkpoint(tmp_path / "first"), checkpoint(tmp_path / "second")
    assert second["global_step"] == 3
    before, after = (statistics(stored["state_dict"], "network.") for stored in (first, second))
    assert len(before) > 10
    assert equal(before, after)
    assert any(value.ne(0).any() for key, value in before.items() if key.endswith("running_mean"))
    assert not equal(first["state_dict"], second["state_dict"])
    beside = [statistics(stored["state_dict"], "discriminator.") for stored in (first, second)]
    assert not equal(*beside)
    assert [group["lr"] for group in second["optimizer_states"][0]["param_groups"]] == pytest.approx([5e-5, 5e-6])
    assert [group["lr"] for group in first["optimizer_states"][0]["param_groups"]] == pytest.approx([2e-4, 2e-5])


def test_the_second_stage_of_pconv_freezes_the_statistics_of_its_encoder(train: Command, tmp_path: Path) -> None:
    assert train("first", "experiment=[pconv,tiny]", "trainer.max_steps=2", model="pconv").code == 0
    start = f"init_from={tmp_path / 'first' / 'last.ckpt'}"
    assert train("second", "experiment=[pconv_finetune,tiny]", "trainer.max_steps=2", start, model="pconv").code == 0
    stored = [checkpoint(tmp_path / run) for run in ("first", "second")]
    for part, is_frozen in (("encoder", True), ("decoder", False)):
        before, after = (statistics(each["state_dict"], f"network.{part}.") for each in stored)
        assert before
        assert equal(before, after) == is_frozen
    assert [each["optimizer_states"][0]["param_groups"][0]["lr"] for each in stored] == [2e-4, 5e-5]


def test_the_stages_of_edgeconnect_follow_each_other(train: Command, tmp_path: Path) -> None:
    parts = ("network.edge_generator.", "network.image_generator.", "edge_discriminator.", "discriminator.")
    stages = {
        "edgeconnect_edge": (True, False, True, False),
        "edgeconnect_inpaint": (False, True, False, True),
        "edgeconnect": (False, True, False, True),
        "edgeconnect_joint": (True, True, True, True),
    }
    start, before = [], dict[str, Any]()
    for stage, learning in stages.items():
        recipe = [f"experiment=[{stage},tiny]", "mask=irregular", "trainer.max_steps=2"]
        outcome = train(stage, *recipe, *start, model="edgeconnect")
        assert outcome.code == 0, outcome.err
        start, after = [f"init_from={tmp_path / stage / 'last.ckpt'}"], checkpoint(tmp_path / stage)["state_dict"]
        for part, learns in zip(parts, learning, strict=True):
            kept = [equal(value, after[name]) for name, value in before.items() if name.startswith(part)]
            assert not before or all(kept) != learns, (stage, part)
        before = after
    metrics = [read_result(tmp_path / stage) for stage in stages]
    names = [result.metric for result in metrics if result is not None and result.value is not None]
    assert names == ["val/edge_f1", "val/psnr", "val/psnr", "val/psnr"]


RANDOM = {"fitting": "cover", "resize": None, "flip_probability": 0.5}
WHOLE = {"fitting": "stretch", "resize": None, "crop": None}
SQUARE = {"fitting": "square", "resize": None, "crop": None, "flip_probability": 0.5}
PUBLISHED: dict[str, tuple[dict[str, Any], str]] = {
    "misf": (SQUARE, "files"),
    "misf_as_released": (SQUARE, "files"),
    "madf": ({**RANDOM, "crop": 572}, "files_rotated"),
    "madf_512": ({**RANDOM, "crop": 572}, "files_rotated"),
    "madf_paper_style": ({**RANDOM, "crop": 572}, "files_rotated"),
    "ctsdg": ({**WHOLE, "flip_probability": 0}, "files"),
    "ctsdg_finetune": ({**WHOLE, "flip_probability": 0}, "files"),
    "pconv": (WHOLE, "random_walk"),
    "pconv_finetune": (WHOLE, "random_walk"),
    "rfr": ({**RANDOM, "crop": "any"}, "rfr_strokes"),
    "rfr_finetune": ({**RANDOM, "crop": "any"}, "rfr_strokes"),
    "deepfillv2": ({"fitting": "cover", "crop": None, "flip_probability": 0}, "free_form_box"),
    "edgeconnect_edge": (SQUARE, "files"),
    "edgeconnect_inpaint": (SQUARE, "files"),
    "edgeconnect": (SQUARE, "files"),
    "edgeconnect_joint": (SQUARE, "files"),
}
"""How a recipe prepares images, and its masks."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_recipe_prepares_images_and_masks_as_published_whatever_the_data_set_does(name: str) -> None:
    data, mask = PUBLISHED[name]
    config = compose_config("train", [f"experiment={name}", "data=celeba"])  # which resizes
    assert {key: config.data[key] for key in data} == data
    assert config.mask == compose_config("train", [f"mask={mask}"]).mask
    drawn = compose_config("train", [f"experiment={name}", "mask=irregular"])
    assert drawn.mask == compose_config("train", ["mask=irregular"]).mask


def test_a_recipe_with_mask_files_trains_with_them(train: Command, masks: Images, tmp_path: Path) -> None:
    folder = masks("a.png", "b.png")
    recipe = ["experiment=[madf,tiny]", "data.crop=36", "data.resize=40", f"mask.root={folder}"]
    assert train("whole", *recipe, model="madf", steps=3).code == 0
    assert train("parts", *recipe, model="madf", steps=2).code == 0
    assert train("parts", *recipe, "ckpt_path=last", model="madf", steps=3).code == 0
    assert equal(*(checkpoint(tmp_path / run)["state_dict"] for run in ("whole", "parts")))
    missing = train("none", "experiment=[misf,tiny]")
    assert missing.code == 2
    assert missing.err == (
        "inpaint-zoo train: error: mask.root is missing: give mask.root=DIR, or mask=irregular, which reads no files\n"
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in (CONF_DIR / "experiment").glob("*.yaml")))
def test_every_experiment_composes_and_builds(name: str) -> None:
    verb = "compare" if name == "demo_comparison" else "train"
    config = compose_config(verb, [f"experiment={name}"])
    if verb == "train":
        terms = {"perceptual", "style"} & config.model.loss_weights.keys()
        weights = [f"model.loss_weights.{term}=0" for term in terms]
        small = compose_config("train", [f"experiment={name}", "++model.network.base_channels=8", *weights])
        module = construct(small.model)
        assert isinstance(module.network, nn.Module)
        assert module.make_optimizer().param_groups[0]["lr"] == config.model.optimizer.lr
        assert config.data.batch_size > 0
