"""`inpaint-zoo ablate`: train the variants of a study with several seeds, compare them, and show the paper's table."""

from __future__ import annotations

from omegaconf import DictConfig

from inpaint_zoo.checks import choose
from inpaint_zoo.cli.main import task_of
from inpaint_zoo.config.compose import output_dir
from inpaint_zoo.jobs.ablation.published import Quoted, read_quoted
from inpaint_zoo.jobs.ablation.study import Study, method_name
from inpaint_zoo.jobs.ablation.table import show, tables_of, write
from inpaint_zoo.metrics.records import read_records


def run(config: DictConfig) -> None:
    """Train what is not finished, compare all of it, and write and print the tables."""
    folder = output_dir()
    study = Study.of_command_line(config, folder)
    choose(study.variants, config.study.reference, "study.reference")
    quoted = _quoted(config.study.quoted)
    study.train(task_of("train"))
    comparison = study.compare(task_of("compare"), list(config.evaluation))
    methods = {variant: [method_name(variant, seed) for seed in study.seeds] for variant in study.variants}
    tables = tables_of(read_records(comparison / "records.csv"), methods, config.study.reference, quoted)
    write(folder, tables, config.study.title)
    show(tables)
    print(f"tables: {folder / 'ablation.md'}; pictures: {comparison / 'report.html'}")


def _quoted(node: DictConfig | None) -> Quoted | None:
    return None if node is None else read_quoted(node.file, node.table, node.source, dict(node.rows))
