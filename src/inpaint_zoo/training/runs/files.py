"""Names of the files in a run folder."""

from __future__ import annotations

CONFIG = "config.yaml"
OVERRIDES = "overrides.yaml"
"""The overrides of the last command line, from which `config.yaml` was composed."""
METRICS = "metrics.csv"
CHECKPOINTS = ("last.ckpt", "previous.ckpt")
"""Those that a training resumes from; repeated here because importing what writes them takes seconds."""
RESULT = "result.json"
FAILURE = "failure.txt"
NAN = "nan"
"""Folder of the batches that made a loss non-finite."""

RUN_FILES = (CONFIG, METRICS, *CHECKPOINTS, RESULT, FAILURE)
"""A folder that holds one of these is a run folder."""
