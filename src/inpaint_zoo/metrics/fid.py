"""Fréchet inception distance (Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter, NeurIPS 2017), from features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def frechet_distance(
    real: NDArray[np.floating], fake: NDArray[np.floating], *, sample_covariance: bool = True
) -> float:
    """|m - m'|² + tr(C + C' - 2 (C C')^½) of the means and covariances (equation 6), in float64.

    Args:
        real: (N, D), features of N >= 2 originals.
        fake: (M, D), features of M >= 2 evaluated images.
        sample_covariance: Whether covariances are divided by N - 1, as by `numpy.cov`, instead of N, as in MAT's code.
    """
    shift = real.mean(axis=0, dtype=np.float64) - fake.mean(axis=0, dtype=np.float64)
    root, other_root = (_covariance_root(features, len(features) - sample_covariance) for features in (real, fake))
    # tr (C C')^½ is the sum of the singular values of R R'ᵀ, for any roots C = RᵀR. This avoids the matrix root, which
    # has imaginary parts where there are fewer images than features
    overlap = np.linalg.svd(root @ other_root.T, compute_uv=False).sum()
    return max(float(shift @ shift + np.square(root).sum() + np.square(other_root).sum() - 2 * overlap), 0.0)


def _covariance_root(features: NDArray[np.floating], divisor: int) -> NDArray[np.float64]:
    """R (min(N, D), D) with RᵀR = the covariance of (N, D) over `divisor`."""
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    return np.asarray(np.linalg.qr(centred / np.sqrt(divisor), mode="r"))
