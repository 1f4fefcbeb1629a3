"""What every kind of mask in conf/mask must do."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from PIL import Image

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.hashing import pixel_hash
from inpaint_zoo.masks import MaskGenerator, MaskRequest
from inpaint_zoo.runtime.random_state import random_state
from inpaint_zoo.testing import MaskConformance, check_mask

KINDS = sorted(path.stem for path in (CONF_DIR / "mask").glob("*.yaml"))
FROM_FILES = ["files", "files_bins", "files_rotated", "objects", "paired"]
DRAWN = sorted(set(KINDS) - set(FROM_FILES))
WRAPPERS = ["border", "curriculum", "exact_ratio", "redrawn"]
WITH_RATIO = ["curriculum", "exact_ratio", "irregular"]
DRAWN_AGAIN = ["lama_medium", "lama_thick", "lama_thin", "redrawn"]
ALWAYS_THE_SAME = ["center_box", "paired"]

Make = Callable[..., MaskGenerator]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A generator by its kind and overrides; those from files get some, of which a.png belongs to an image."""
    folder = tmp_path_factory.mktemp("mask_files")
    for number, name in enumerate("abcdef"):
        mask = np.zeros((40, 50), np.uint8)
        mask[18 - 3 * number : 22 + 3 * number, 22 - 4 * number : 28 + 4 * number] = 255
        Image.fromarray(mask).save(folder / f"{name}.png")

    @functools.cache
    def composed(kind: str, inner: str | None) -> dict[str, Any]:
        overrides = [f"kind={kind}"] + ([f"mask@mask.mask={inner}"] if inner else [])
        node: dict[str, Any] = OmegaConf.to_container(compose_config("masks make", overrides).mask)  # type: ignore[assignment]
        return node

    def construct_kind(kind: str, inner: str | None = None, **changes: object) -> MaskGenerator:
        root = {"root": str(folder)} if kind in FROM_FILES else {}
        generator: MaskGenerator = construct(composed(kind, inner) | root | changes)
        return generator

    return construct_kind


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def called(generator: MaskGenerator, height: int, width: int, *key: int, **more: Any) -> np.ndarray:
    return generator(MaskRequest(height, width, random_state(*key), name="a.jpg", **more))


some = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
sides = st.integers(32, 200)
bounds = st.tuples(st.integers(0, 90), st.integers(1, 10))
"""The lower end of a range of ratios and its width, in percent."""


@pytest.mark.parametrize("kind", KINDS)
@some
@given(size=st.tuples(sides, sides), seed=st.integers(0, 2**32 - 1), index=st.none() | st.integers(0, 10**6))
def test_any_size_is_binary_and_the_same_for_the_same_key(
    kind: str, size: tuple[int, int], seed: int, index: int | None, make: Make
) -> None:
    generator, (height, width) = make(kind), size
    mask = called(generator, height, width, seed, index=index)
    check_mask(mask, height, width)
    assert np.array_equal(mask, called(make(kind), height, width, seed, index=index))


class TestConformance(MaskConformance):
    @pytest.fixture(autouse=True, params=KINDS)
    def _kind(self, request: pytest.FixtureRequest, make: Make) -> None:
        self.make_mask = functools.partial(make, request.param)
        self.fewest = 1 if request.param in ALWAYS_THE_SAME else 4


@pytest.mark.parametrize("kind", KINDS)
def test_large_and_narrow_images(kind: str, make: Make) -> None:
    for height, width in ((1024, 700), (32, 1024)):
        check_mask(called(make(kind), height, width, 5), height, width)


@pytest.mark.parametrize("kind", KINDS)
def test_other_keys_give_other_masks(kind: str, make: Make) -> None:
    hashes = {pixel_hash(called(make(kind), 64, 64, 0, index)) for index in range(12)}
    assert len(hashes) == 1 if kind in ALWAYS_THE_SAME else len(hashes) >= 4


@pytest.mark.parametrize("kind", WITH_RATIO)
@some
@given(side=st.integers(32, 128), bounds=bounds, seed=st.integers(0, 2**32 - 1))
def test_the_ratio_asked_for_holds_for_every_mask(
    kind: str, side: int, bounds: tuple[int, int], seed: int, make: Make
) -> None:
    ratio = (bounds[0] / 100, sum(bounds) / 100)
    mask = called(make(kind, ratio=ratio, **({"start": ratio} if kind == "curriculum" else {})), side, side, seed)
    assert ratio[0] < mask.mean(dtype=np.float64) <= ratio[1]


@pytest.mark.parametrize("kind", DRAWN_AGAIN)
def test_masks_drawn_again_keep_their_ratio_too(kind: str, make: Make) -> None:
    generator = make(kind, ratio=[0.1, 0.2])
    assert all(0.1 < called(generator, 48, 64, key).mean() <= 0.2 for key in range(20))


@pytest.mark.parametrize("inner", [kind for kind in DRAWN if kind not in ("center_box", *WRAPPERS)])
@some
@given(bounds=bounds, seed=st.integers(0, 2**32 - 1))
def test_exact_ratios_of_every_kind(inner: str, bounds: tuple[int, int], seed: int, make: Make) -> None:
    low, high = bounds[0] / 100, sum(bounds) / 100
    if inner in ("outpainting", "scratches", "text"):  # their masks together cover less than all
        low, high = low / 2, high / 2
    generator = make("exact_ratio", inner, ratio=[low, high])
    mask = called(generator, 64, 70, seed)
    assert low < mask.mean(dtype=np.float64) <= high


def test_an_exact_ratio_that_cannot_be_reached_is_refused(make: Make) -> None:
    generator = make("exact_ratio", "center_box", ratio=[0.3, 0.4])
    with pytest.raises(InputError, match=r"3\d\.\d% holes cannot be reached, 100 masks together have 25\.0%"):
        called(generator, 64, 64, 0)
    with pytest.raises(InputError, match=r"none of 5 masks was in it, they had 25\.0% to 25\.0%"):
        called(make("redrawn", "center_box", num_tries=5, ratio=[0.3, 0.4]), 64, 64, 0)


@pytest.mark.parametrize("inner", ["box", "free_form", "irregular", "stains", "exact_ratio"])
@some
@given(side=st.integers(40, 128), seed=st.integers(0, 2**32 - 1))
def test_the_rule_about_the_border_holds(inner: str, side: int, seed: int, make: Make) -> None:
    free = called(make("border", inner, border="free"), side, side, seed)
    margin = round(0.1 * side)
    assert free.any()
    assert free.sum() == free[:, margin:-margin, margin:-margin].sum()
    touching = called(make("border", inner, border="touching"), side, side, seed)
    rim = np.ones_like(touching)
    rim[:, 1:-1, 1:-1] = 0
    assert np.any(touching & rim)
    alone = called(make(inner), side, side, seed)
    assert touching.sum() == alone.sum()
    assert np.array_equal(called(make("border", inner, border="any"), side, side, seed), alone)


PINNED = {
    "border": "c60f12f286cf758d",
    "box": "a84d8792bbb803cf",
    "boxes": "d1f0b4f14e74f7d9",
    "center_box": "50d2a3d6176c281a",
    "curriculum": "ab1478eec7e2db91",
    "damage": "94f6a7d2d2a184d6",
    "exact_ratio": "efb2924b7d914a39",
    "free_form": "9fa5d0c4842ba74b",
    "free_form_box": "042b9aa70379cd74",
    "half": "f981f0625fe335c4",
    "irregular": "bb7046fc51054c87",
    "irregular_bins": "bb7046fc51054c87",
    "lama_medium": "34262abd93855e25",
    "lama_thick": "66ecbf3cf997ea86",
    "lama_thin": "ef3bf222896707a4",
    "mixture": "32bc26b77886465c",
    "outpainting": "4f53079d448b1315",
    "random_walk": "af3f5f1890833072",
    "redrawn": "4caae7dd897d91bf",
    "rfr_strokes": "33fd5842d99eba4c",
    "scratches": "437483278cce9596",
    "stains": "6b67de681514fbc7",
    "text": "486c753ec65dcd2a",
}
"""`pixel_hash` of each kind's mask of 96 x 128 for the key (7, 3), its first digits: pixels never move."""


@pytest.mark.parametrize("kind", DRAWN)
def test_the_same_pixels_on_every_machine(kind: str, make: Make) -> None:
    assert pixel_hash(called(make(kind), 96, 128, 7, 3, progress=0.5))[:16] == PINNED[kind]


def test_strokes_have_the_share_of_holes_of_the_released_ones(make: Make) -> None:
    """Recorded at 256 x 256: 0.53 on average, 0.10 to 0.84 between the fifth and the 95th percentile."""
    generator = make("rfr_strokes")
    ratios = [called(generator, 256, 256, key).mean(dtype=np.float64) for key in range(300)]
    assert np.mean(ratios) == pytest.approx(0.53, abs=0.05)
    assert np.quantile(ratios, [0.05, 0.95]) == pytest.approx([0.10, 0.84], abs=0.05)


def test_strokes_of_a_union_are_beside_a_box(make: Make) -> None:
    for key in range(20):
        mask = called(make("free_form_box"), 64, 64, key)[0]
        sums = np.cumsum(np.cumsum(np.pad(mask, ((1, 0), (1, 0))).astype(int), axis=0), axis=1)
        assert ((sums[24:, 24:] - sums[:-24, 24:] - sums[24:, :-24] + sums[:-24, :-24]) == 24 * 24).any()


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("free_form", 0.1, 0.25), ("lama_thin", 0.2, 0.4), ("lama_medium", 0.12, 0.3), ("lama_thick", 0.15, 0.35)],
)
def test_masks_are_as_large_in_every_resolution(kind: str, low: float, high: float, make: Make) -> None:
    means = [np.mean([called(make(kind), side, side, key).mean() for key in range(60)]) for side in (64, 256)]
    assert all(low < mean < high for mean in means), means
    assert 0.8 < means[0] / means[1] < 1.25
