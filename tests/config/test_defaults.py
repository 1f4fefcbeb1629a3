"""Every class that a configuration constructs has, in Python, the defaults that stand in its YAML."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from inpaint_zoo.config.build import construct, locate
from inpaint_zoo.config.compose import CONF_DIR, compose_config, option, options
from inpaint_zoo.data import InpaintingDataModule, PhotographsDataModule
from inpaint_zoo.zoo import list_models

CALLERS = {
    *("root", "partition", "folder", "hint"),
    *("mask", "eval_mask", "masks", "weights", "probabilities"),
    *("save_dir", "total_steps"),
}
"""What only the caller knows, or differs from data set to data set."""


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """All nodes with a `_target_` in a composed configuration."""
    if isinstance(value, Mapping):
        if "_target_" in value:
            yield dict(value)
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def composed() -> Iterator[dict[str, Any]]:
    """All nodes of all groups, without those of models."""
    overrides = [[f"data={name}"] for name in options("data") if name[0] != "_"]
    overrides[0] += ["logger=wandb", "lr_schedule=warmup_cosine"]
    overrides[1] += ["logger=tensorboard"]
    configs = [compose_config("train", [*each, "run_dir=."]) for each in overrides]
    configs += [compose_config("evaluate", [f"protocol={name}", "output=."]) for name in options("protocol")]
    configs += [option("mask", name) for name in options("mask")]
    for config in configs:
        yield from (node for node in nodes(OmegaConf.to_container(config, resolve=True)) if "network" not in node)


@functools.cache
def by_class() -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for node in composed():
        target = node.pop("_target_")
        if str(target).startswith("inpaint_zoo.") and node not in found.setdefault(locate(target), []):
            found[locate(target)].append(node)
    return found


def plain(value: Any) -> Any:
    """A value as YAML would hold it; an empty mapping counts as none."""
    if value == {}:
        return None
    if isinstance(value, functools.partial):
        return {"partial": value.func, **plain(value.keywords)}
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def defaults_of(made: Any) -> dict[str, Any]:
    parameters = inspect.signature(made).parameters
    return {name: plain(each.default) for name, each in parameters.items() if each.default is not each.empty}


def stated(node: Mapping[str, Any], made: Any) -> dict[str, Any]:
    """The values of a node that its class, and not only a class before it, can have as defaults."""
    own = inspect.signature(made).parameters.keys() - CALLERS
    return {key: plain(value) for key, value in node.items() if key in own}


def test_a_class_has_the_defaults_of_one_of_its_nodes() -> None:
    classes = by_class()
    assert len(classes) > 40
    for made, own in classes.items():
        defaults = {name: value for name, value in defaults_of(made).items() if name not in CALLERS}
        assert any(stated(node, made) == defaults for node in own), made


def test_data_modules_load_as_the_file_of_all_data_sets_says() -> None:
    loading = OmegaConf.to_container(OmegaConf.load(CONF_DIR / "data" / "_loading.yaml"))
    assert {**loading, "seed": 0, "mask": None, "eval_mask": None} == defaults_of(InpaintingDataModule)
    photographs = option("data", "photographs")
    module = PhotographsDataModule()
    assert (module.samples_per_epoch, module.eval_repeats) == (photographs.samples_per_epoch, photographs.eval_repeats)
    assert PhotographsDataModule(eval_repeats=2).eval_repeats == 2


@pytest.mark.parametrize("name", [*list_models(), "_hybrid"])
def test_a_model_has_the_defaults_of_its_file(name: str) -> None:
    node: Any = OmegaConf.to_container(option("model", name), resolve=True)
    given = {"loss_network": "random"} if "loss_network" in node else {}
    with torch.device("meta"):
        composed, plainly = construct({**node, **given}), locate(node["_target_"])(**given)
    assert plain({**plainly.hparams, "discriminator": None}) == plain({**composed.hparams, "discriminator": None})
    shapes = [{key: value.shape for key, value in module.state_dict().items()} for module in (composed, plainly)]
    assert shapes[0] == shapes[1]
    assert plain(plainly.optimizer_factory) == plain(composed.optimizer_factory)
    assert plainly.schedule_factory is composed.schedule_factory is None
