"""Unpaired and paired inception discriminative score (Zhao et al., ICLR 2021, section 4.1), from features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ids_scores(real: NDArray[np.floating], fake: NDArray[np.floating]) -> tuple[float, float]:
    """How often a linear SVM that separates originals from evaluated images is wrong: U-IDS and P-IDS.

    U-IDS is the share of all images that the SVM assigns to the wrong class. P-IDS is the share of pairs in which the
    evaluated image gets a higher decision value ("more real") than its original. Both are 0 where the SVM separates all
    images; for equal images, U-IDS is 0.5.

    The SVM is scikit-learn's `LinearSVC` with its default settings, solved in the primal form, which uses no random
    numbers.

    Args:
        real: (N, D), features of the originals.
        fake: (N, D), features of the evaluated images, in the order of their originals.

    Returns:
        U-IDS and P-IDS in [0, 1].
    """
    from sklearn.svm import LinearSVC  # noqa: PLC0415  # slow to import, and only one protocol needs it

    features = np.concatenate([real, fake]).astype(np.float64)
    is_real = np.repeat([1, 0], [len(real), len(fake)])
    machine = LinearSVC(dual=False).fit(features, is_real)
    realness = machine.decision_function(features)
    wrong = (realness > 0) != (is_real == 1)
    return float(wrong.mean()), float((realness[len(real) :] > realness[: len(real)]).mean())
