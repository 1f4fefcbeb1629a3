"""Unpaired and paired inception discriminative score (Zhao et al., ICLR 2021, section 4.1), from features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ids_scores(real: NDArray[np.floating], fake: NDArray[np.floating]) -> tuple[float, float]:
    """How often a linear SVM, fitted to tell the images apart, is wrong about them: U-IDS and P-IDS.

    U-IDS is the share of all images that it takes for the other kind, P-IDS the share of pairs in which it takes the
    evaluated image for more real than its original. Both are 0 where everything is told apart; of images that
    cannot be told apart U-IDS is 0.5.

    The SVM is scikit-learn's `LinearSVC` with its default settings, solved in the primal form, in which no random
    numbers are drawn.

    Args:
        real: (N, D), features of originals.
        fake: (N, D), features of the images evaluated, in the order of their originals.

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
