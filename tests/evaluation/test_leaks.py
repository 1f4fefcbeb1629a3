"""What stands inside a hole must not reach any method, whatever the data and the protocol."""

import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.evaluation.evaluation_set import evaluation_set
from inpaint_zoo.evaluation.method_sources import build_methods
from inpaint_zoo.evaluation.methods import Method
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.zoo import list_models

DATA = sorted(path.stem for path in (CONF_DIR / "data").glob("[!_]*.yaml"))
PROTOCOLS = sorted(path.stem for path in (CONF_DIR / "protocol").glob("*.yaml"))
TEST_IMAGE = {
    "celeba": "img_align_celeba/a.png",
    "ffhq": "thumbnails128x128/60000/a.png",
    "photographs": "",
    "webdataset": "a.png",
    "list": "a.png",
}
"""Where a data set has a test image, unless in `test/`."""


@pytest.fixture
def source(images: Callable[..., Path], masks: Callable[..., Path], tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """The overrides that give a data set of one test image."""

    def make(data: str) -> tuple[str, ...]:
        name = TEST_IMAGE.get(data, "test/a.png")
        root = images(*filter(None, [name]))
        own = f"data.root={root}"
        if data == "celeba":
            (root / "list_eval_partition.txt").write_text("a.png 2\n")
            return own, "data.center_crop=30"
        if data == "dunhuang":
            masks("test/a.png", folder="images/masks")
            return own, "data.mask_invert=false"
        if data == "list":
            (root / "test.txt").write_text("a.png\n")
            return own, f"data.test={root / 'test.txt'}"
        if data == "webdataset":
            with tarfile.open(root / "test.tar", "w") as shard:
                shard.add(root / name, name)
            return own, "data.test=test.tar"
        return () if data == "photographs" else (own,)

    return make


@pytest.fixture(scope="module")
def methods(small_checkpoint: Callable[[str], Path]) -> Callable[[str], Mapping[str, Method]]:
    """Every method as a protocol uses it, made once."""
    made: dict[str, Mapping[str, Method]] = {}
    sources = {model: str(small_checkpoint(model)) for model in list_models()} | {fill: fill for fill in FILLS}

    def get(name: str) -> Mapping[str, Method]:
        if name not in made:
            protocol = construct(
                {"_target_": compose_config("compare", [f"protocol={name}"]).protocol._target_}, size=32
            )
            made[name] = build_methods(sources, torch.device("cpu"), protocol)
        return made[name]

    return get


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("data", DATA)
def test_the_image_inside_the_hole_changes_nothing(
    data: str,
    protocol: str,
    source: Callable[[str], tuple[str, ...]],
    masks: Callable[..., Path],
    methods: Callable[[str], Mapping[str, Method]],
) -> None:
    config = compose_config(
        "compare",
        [f"data={data}", *source(data), f"protocol={protocol}", "size=32", "data.num_workers=0", "data.eval_repeats=1",
         "mask=files", f"mask.root={masks('m.png')}", "output=unused"],
    )  # fmt: skip
    evaluation = evaluation_set(Settings.from_config(config, {}))
    (sample,) = evaluation.load([0])
    assert sample.hole.any()
    other = np.random.RandomState(1).randint(0, 256, sample.image.shape).astype(np.uint8)
    changed = sample._replace(image=np.where(sample.hole[..., None], other, sample.image))
    both = {title: (method(sample), method(changed)) for title, method in methods(protocol).items()}
    leaks = {title for title, (one, another) in both.items() if not np.array_equal(one, another)}
    # the CTSDG paper's own evaluation takes edges from the complete image; every table of that protocol says so
    assert leaks == ({"ctsdg"} if protocol == "ctsdg" else set())
    assert evaluation.protocol.leaks == bool(leaks)
    assert any("leaks ground truth" in note for note in evaluation.protocol.notes) == bool(leaks)
