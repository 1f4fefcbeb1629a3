"""What docs/conventions.md says and no other test holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.masks import MaskRequest
from inpaint_zoo.metrics import STANDARD_METRICS, score


def test_white_is_hole_in_files_and_one_in_arrays(tmp_path: Path) -> None:
    gray = np.zeros((8, 8), np.uint8)
    gray[:, :3] = 255
    Image.fromarray(gray).save(tmp_path / "mask.png")
    config = compose_config("masks make", ["mask=files", f"mask.root={tmp_path}"])
    mask = construct(config.mask)(MaskRequest(8, 8, np.random.RandomState(0)))
    assert np.array_equal(mask, (gray == 255).astype(np.uint8)[None])


def test_names_of_metrics() -> None:
    image, hole = np.zeros((32, 32, 3), np.uint8), np.zeros((32, 32), np.uint8)
    hole[8:16, 8:16] = 1
    names = set(score(image, image, hole, STANDARD_METRICS))
    regions, metrics = ("", "hole_", "known_"), ("psnr", "ssim", "l1", "lpips")
    assert names == {"ratio", *(f"{region}{metric}" for region in regions for metric in metrics)}


def test_units_stand_in_the_names() -> None:
    """Of times: what is in another unit than seconds is called by it."""
    texts = [path.read_text(encoding="utf-8") for path in CONF_DIR.rglob("*.yaml")]
    keys = {line.partition(":")[0].strip() for text in texts for line in text.splitlines()}
    timed = {key for key in keys if key.endswith(("_seconds", "_minutes", "_hours", "_ms", "_timeout"))}
    assert timed >= {"start_seconds", "finish_seconds", "checkpoint_minutes", "process_timeout"}
    comments = {key: line for text in texts for line in text.splitlines() if (key := line.partition(":")[0]) in timed}
    assert "seconds" in comments["process_timeout"]
    assert not [key for key in timed if key.endswith(("_hours", "_ms"))]
