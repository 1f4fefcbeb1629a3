"""Metrics of all images of a method together: FID, U-IDS and P-IDS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inpaint_zoo.metrics.fid import frechet_distance
from inpaint_zoo.metrics.ids import ids_scores
from inpaint_zoo.metrics.inception import NUM_FEATURES, InceptionFeatures

FEWEST_IMAGES = 2
"""The covariance needs two images."""


def set_scores(
    originals: Sequence[Path],
    composites: Sequence[Path],
    names: Sequence[str],
    inception: InceptionFeatures,
    *,
    sample_covariance: bool = True,
) -> dict[str, float]:
    """Compare the composites of a method with their originals.

    Args:
        originals: Image files.
        composites: Image files, in the order of their originals.
        names: Those of `SET_METRICS` that are computed.
        inception: What `load_inception` returned.
        sample_covariance: As in `frechet_distance`.

    Returns:
        FID, U-IDS and P-IDS by name, the last two in [0, 1]; empty for fewer than two images, see `set_notes`.
    """
    if not names or len(originals) < FEWEST_IMAGES:
        return {}
    real, fake = inception.of_originals(originals), inception.of_files(composites)
    values = {"fid": frechet_distance(real, fake, sample_covariance=sample_covariance)} if "fid" in names else {}
    if "u_ids" in names or "p_ids" in names:
        values["u_ids"], values["p_ids"] = ids_scores(real, fake)
    return {name: values[name] for name in names}


def set_notes(num_images: int, names: Sequence[str]) -> list[str]:
    """Sentences on what few images mean for these metrics; empty for `NUM_FEATURES` images and more."""
    if not names or num_images >= NUM_FEATURES:
        return []
    if num_images < FEWEST_IMAGES:
        return ["FID, U-IDS and P-IDS need at least two images."]
    notes = [
        f"FID is biased upwards for few images: {num_images} are fewer than Inception's {NUM_FEATURES} features. "
        "Compare it only with values of the same images."
    ]
    if "u_ids" in names or "p_ids" in names:
        notes.append(
            f"U-IDS and P-IDS mean little for {num_images} images: with {NUM_FEATURES} features, a linear SVM can "
            "separate so few images whatever they show."
        )
    return notes
