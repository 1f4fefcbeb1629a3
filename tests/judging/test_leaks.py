"""What stands inside a hole must not reach any method, whatever the data and the protocol."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.config import CONF_DIR, compose_config
from inpaint_zoo.fills import FILLS
from inpaint_zoo.judging import Settings, open_session
from inpaint_zoo.zoo import list_models

DATA = sorted(path.stem for path in (CONF_DIR / "data").glob("*.yaml"))
PROTOCOLS = sorted(path.stem for path in (CONF_DIR / "protocol").glob("*.yaml"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("data", DATA)
def test_the_picture_inside_the_hole_changes_nothing(
    data: str,
    protocol: str,
    pictures: Callable[..., Path],
    masks: Callable[..., Path],
    small_checkpoint: Callable[[str], Path],
) -> None:
    root = [f"data.root={pictures('a.png')}"] if data == "folder" else []
    config = compose_config(
        "compare",
        [f"data={data}", *root, f"protocol={protocol}", "size=32", "data.num_workers=0", "lpips=false",
         "mask=files", f"mask.root={masks('m.png')}", "output=unused"],
    )  # fmt: skip
    sources = {model: str(small_checkpoint(model)) for model in list_models()} | {fill: fill for fill in FILLS}
    session = open_session(Settings.from_config(config, sources))
    (sample,) = session.evaluation.load([0])
    assert sample.hole.any()
    other = np.random.RandomState(1).randint(0, 256, sample.image.shape).astype(np.uint8)
    changed = sample._replace(image=np.where(sample.hole[..., None], other, sample.image))
    leaks = {title for title, method in session.methods.items() if not np.array_equal(method(sample), method(changed))}
    # the CTSDG paper's own evaluation takes edges from the complete picture; every table of that protocol says so
    assert leaks == ({"ctsdg"} if protocol == "ctsdg" else set())
    assert session.evaluation.protocol.leaks == bool(leaks)
    assert any("leaks ground truth" in note for note in session.notes) == bool(leaks)
