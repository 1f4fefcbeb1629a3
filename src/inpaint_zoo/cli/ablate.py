"""`inpaint-zoo ablate`: train the variants of a study with several seeds, compare them, and show the paper's table."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, MissingMandatoryValue

from inpaint_zoo.checks import choose, is_list
from inpaint_zoo.cli.main import task_of
from inpaint_zoo.config.compose import compose_config, output_dir
from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.session import open_session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.jobs.ablation.published import Quoted, read_quoted
from inpaint_zoo.jobs.ablation.study import Study, method_name
from inpaint_zoo.jobs.ablation.table import show, tables_of, write
from inpaint_zoo.metrics.records import read_records
from inpaint_zoo.metrics.weights import refuse_missing_weights


def run(config: DictConfig) -> None:
    """Train what is not finished, compare all of it, and write and print the tables."""
    folder = output_dir()
    study = Study.of_command_line(config, folder)
    choose(study.variants, config.study.reference, "study.reference")
    quoted, evaluation = _quoted(config.study.quoted), _checked(config.evaluation)
    study.train(task_of("train"))
    comparison = study.compare(task_of("compare"), evaluation)
    methods = {variant: [method_name(variant, seed) for seed in study.seeds] for variant in study.variants}
    tables = tables_of(read_records(comparison / "records.csv"), methods, config.study.reference, quoted)
    write(folder, tables, config.study.title)
    show(tables)
    print(f"tables: {folder / 'ablation.md'}; pictures: {comparison / 'report.html'}")


def _quoted(node: DictConfig | None) -> Quoted | None:
    return None if node is None else read_quoted(node.file, node.table, node.source, dict(node.rows))


def _checked(evaluation: Any) -> list[str]:
    """The overrides of the comparison; its images, masks and metrics are opened before anything is trained."""
    if not is_list(evaluation) or not all(isinstance(override, str) for override in evaluation):
        raise InputError(f'evaluation={evaluation} must be a list of overrides, such as ["data.root=DIR"]')
    try:
        config = compose_config("compare", list(evaluation))
        refuse_missing_weights(config.inception_weights, "inception_weights")
        open_session(Settings.from_config(config, {**config.methods, "mean": "mean"}))
    except (InputError, MissingMandatoryValue) as error:
        raise InputError(f"evaluation: {explain(error)}") from error
    return list(evaluation)
