import json
from dataclasses import asdict

import pytest
from omegaconf import DictConfig, MissingMandatoryValue

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.evaluation.settings import Settings


def config(*overrides: str) -> DictConfig:
    return compose_config("compare", ["output=x", *overrides])


def test_settings_are_plain_values_without_references() -> None:
    settings = Settings.from_config(config("data.root=images", "data.size=48", "weights=raw"), {"mean": "mean"})
    assert json.loads(json.dumps(asdict(settings))) == asdict(settings)
    assert settings.protocol["size"] == 48  # ${data.size} in the file
    assert (settings.data["root"], settings.weights, settings.sources) == ("images", "raw", {"mean": "mean"})


def test_a_folder_may_be_missing_only_where_a_manifest_names_it() -> None:
    with pytest.raises(MissingMandatoryValue):
        Settings.from_config(config(), {})
    settings = Settings.from_config(config("manifest=set.json"), {})
    assert (settings.data["root"], settings.manifest) == ("???", "set.json")
