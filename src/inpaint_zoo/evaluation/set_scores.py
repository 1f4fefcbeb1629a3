"""Metrics of the whole set of images, for every method of an evaluation."""

from __future__ import annotations

from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.evaluation.session import Session
from inpaint_zoo.metrics.inception import load_inception
from inpaint_zoo.metrics.lpips import MetricUnavailableError
from inpaint_zoo.metrics.sets import set_notes, set_scores
from inpaint_zoo.runtime.device import choose_device


def evaluated_set_scores(session: Session, kept: KeptImages) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Compute the metrics of the whole set, if the protocol has any.

    Args:
        session: Its methods have been evaluated.
        kept: Their composites, with the originals.

    Returns:
        FID, U-IDS and P-IDS by method; and sentences on what they mean, or why they are missing.
    """
    metrics, settings = session.evaluation.protocol.metrics, session.settings
    names, wanted = session.evaluation.dataset.names, metrics.sets
    if not wanted:
        return {}, []
    try:
        inception = load_inception(settings.inception_weights, choose_device(settings.device))
    except MetricUnavailableError as error:
        return {}, [str(error)]
    originals = [kept.original(name) for name in names]
    composites = {title: [kept.composite(title, name) for name in names] for title in session.methods}
    return {
        title: set_scores(originals, files, wanted, inception, sample_covariance=metrics.fid_sample_covariance)
        for title, files in composites.items()
    }, set_notes(len(names), wanted)
