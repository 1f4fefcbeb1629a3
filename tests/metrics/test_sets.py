from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.metrics.definition import SET_METRICS
from inpaint_zoo.metrics.fid import frechet_distance
from inpaint_zoo.metrics.ids import ids_scores
from inpaint_zoo.metrics.sets import set_notes, set_scores


class ChannelMeans:
    """Stands for Inception: three features, the means of the channels."""

    def of_files(self, paths: list[Path]) -> np.ndarray:
        return np.stack([np.asarray(Image.open(path)).mean(axis=(0, 1)) for path in paths])

    of_originals = of_files


@pytest.fixture
def files(tmp_path: Path) -> tuple[list[Path], list[Path]]:
    rng = np.random.RandomState(0)
    kinds = []
    for kind, low in (("original", 0), ("composite", 10)):
        paths = [tmp_path / f"{kind}{number}.png" for number in range(12)]
        for path in paths:
            Image.fromarray(rng.randint(low, 256, (4, 5, 3)).astype(np.uint8)).save(path)
        kinds.append(paths)
    return kinds[0], kinds[1]


def test_the_metrics_asked_for_in_their_order(files):
    real, fake = (ChannelMeans().of_files(paths) for paths in files)
    scored = set_scores(*files, SET_METRICS, ChannelMeans())
    u_ids, p_ids = ids_scores(real, fake)
    assert scored == {"fid": frechet_distance(real, fake), "u_ids": u_ids, "p_ids": p_ids}
    assert list(scored) == list(SET_METRICS)
    assert set_scores(*files, ("fid",), ChannelMeans()) == {"fid": scored["fid"]}
    assert set_scores(*files, ("p_ids",), ChannelMeans()) == {"p_ids": p_ids}


def test_the_covariance_is_the_one_asked_for(files):
    real, fake = (ChannelMeans().of_files(paths) for paths in files)
    scored = set_scores(*files, ("fid",), ChannelMeans(), sample_covariance=False)
    assert scored == {"fid": frechet_distance(real, fake, sample_covariance=False)}


def test_one_image_has_none(files):
    originals, composites = (paths[:1] for paths in files)
    assert set_scores(originals, composites, SET_METRICS, ChannelMeans()) == {}
    assert set_notes(1, SET_METRICS) == ["FID, U-IDS and P-IDS need at least two images."]


def test_few_images_are_worth_a_note():
    fid, ids = set_notes(100, SET_METRICS)
    assert "FID is biased upwards for few images: 100 are fewer than Inception's 2048" in fid
    assert "U-IDS and P-IDS mean little for 100 images" in ids
    assert set_notes(2047, ("fid",)) == [fid.replace("100", "2047")]
    assert set_notes(2048, SET_METRICS) == set_notes(1, ()) == []
