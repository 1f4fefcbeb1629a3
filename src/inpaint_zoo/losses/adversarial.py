"""Adversarial losses on logits: what the generator G and the discriminator D minimise.

Discriminators return logits, so that every loss is safe under autocast (BCE on sigmoids is not).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor


class AdversarialLoss(Protocol):
    """The losses of a generator and its discriminator."""

    def generator(self, fake: Tensor) -> Tensor:
        """What G minimises, from D's logits of generated images."""
        ...

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """What D minimises: the term of real images plus the term of generated images, not halved."""
        ...


def binary_cross_entropy(logits: Tensor, label: float) -> Tensor:
    """Mean binary cross-entropy of logits against one label for all of them."""
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def feature_matching(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Sum over the layers of D of the mean absolute difference of activations (Wang et al., pix2pixHD, 2018).

    Args:
        fake: Activations of generated images.
        real: Those of real images; no gradient reaches them.
    """
    # half precision has too few digits for a mean
    means = [(one - other.detach()).abs().mean(dtype=torch.float32) for one, other in zip(fake, real, strict=True)]
    return torch.stack(means).sum()


class NonSaturating:
    """Binary cross-entropy; G maximises log D(fake) (Goodfellow et al., 2014). The papers' loss."""

    def generator(self, fake: Tensor) -> Tensor:
        """BCE(D(fake), 1)."""
        return binary_cross_entropy(fake, 1.0)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """BCE(D(real), 1) + BCE(D(fake), 0)."""
        return binary_cross_entropy(real, 1.0) + binary_cross_entropy(fake, 0.0)


class LeastSquares:
    """Squared distance of the logits to the labels 1 and 0 (LSGAN, Mao et al., 2017)."""

    def generator(self, fake: Tensor) -> Tensor:
        """Mean (D(fake) - 1)²."""
        return (fake - 1).square().mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Mean (D(real) - 1)² + mean D(fake)²."""
        return (real - 1).square().mean() + fake.square().mean()


class Hinge:
    """Hinge loss (Lim and Ye, 2017; used with spectral normalisation by SN-GAN)."""

    def generator(self, fake: Tensor) -> Tensor:
        """-mean D(fake)."""
        return -fake.mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Mean max(0, 1 - D(real)) + mean max(0, 1 + D(fake))."""
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


ADVERSARIAL_LOSSES: Mapping[str, AdversarialLoss] = {
    "non_saturating": NonSaturating(),
    "least_squares": LeastSquares(),
    "hinge": Hinge(),
}
"""The losses by the name that a configuration uses."""
