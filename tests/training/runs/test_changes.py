from omegaconf import OmegaConf

from inpaint_zoo.training.runs.changes import changes


def test_keys_that_differ_with_both_values() -> None:
    before = OmegaConf.create({"seed": 1, "a": {"x": 1, "y": [1]}, "path": r"\${HOME}", "run_dir": "r", "old": {}})
    now = OmegaConf.create({"seed": 2, "a": {"x": 1, "y": [2], "z": "${seed}"}, "path": r"\${HOME}", "run_dir": "s"})
    stored = OmegaConf.create(OmegaConf.to_yaml(before, resolve=True))
    assert changes(stored, now) == {
        "seed": (1, 2), "a.y": ([1], [2]), "a.z": ("nothing", 2), "old": ({}, "nothing"),
    }  # fmt: skip
    assert changes(stored, before) == {}
