from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import pytest
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config.compose import compose, compose_config, hydra_session
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.show import shown

Show = Callable[..., str]


@pytest.fixture
def show() -> Iterator[Show]:
    """`show(*overrides, cfg="job", ...)`: the text about the verb `evaluate`."""
    with hydra_session("evaluate"):

        def call(*overrides: str, **options: object) -> str:
            config = compose("evaluate", overrides)
            HydraConfig.instance().set_config(config)
            before = OmegaConf.to_yaml(config)
            given = {"help": False, "cfg": None, "info": False, "package": None, "resolve": False, **options}
            text = shown(argparse.Namespace(**given), "evaluate", config, overrides)
            assert OmegaConf.to_yaml(config) == before  # the text is made from a copy
            return text

        yield call


def test_a_shown_configuration_is_the_composed_one(show: Show) -> None:
    given = ["data.root=x", "size=64"]
    found = OmegaConf.create(show(*given, cfg="job"))
    assert OmegaConf.to_yaml(found) == OmegaConf.to_yaml(compose_config("evaluate", given))
    assert "size: ${data.size}" in show(cfg="job")
    assert OmegaConf.create(show("data.size=64", cfg="job", package="protocol", resolve=True)).size == 64


def test_the_parts_make_up_the_whole(show: Show) -> None:
    job, hydra, whole = (OmegaConf.create(show(cfg=part)) for part in ("job", "hydra", "all"))
    assert isinstance(whole, DictConfig)
    assert set(hydra) == {"hydra"}
    assert set(job) | {"hydra"} == set(whole)
    assert show(cfg="all", package="_global_") == show(cfg="all")


def test_a_single_value(show: Show) -> None:
    assert show("size=64", cfg="job", package="size") == "64"


def test_an_unknown_part_is_named(show: Show) -> None:
    with pytest.raises(InputError, match=r"^--package datta: there is no key 'datta', did you mean 'data'\?$"):
        show(cfg="job", package="datta")


def test_info_lists_the_files_in_their_order(show: Show) -> None:
    lines = show("data=celeba", info=True).splitlines()
    made_of = lines[lines.index("Made of (later ones win):") + 1 :]
    files = ("data/_loading -> data", "data/celeba -> data", "protocol/standard -> protocol")
    order = [made_of.index(line) for line in files]
    assert order == sorted(order)


def test_help_lists_choices_without_parts_of_others(show: Show) -> None:
    text = show(help=True)
    assert "celeba_hq" in text
    assert "_loading" not in text
    assert all(len(line) <= 80 for line in text.splitlines() if " " in line.strip())
