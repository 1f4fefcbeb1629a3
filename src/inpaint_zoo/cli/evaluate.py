"""`inpaint-zoo evaluate`: evaluate one checkpoint on a set of images and masks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from inpaint_zoo.bundles import weights_file
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.fillers import names_filler, read_network
from inpaint_zoo.evaluation.output import Results, results_folder
from inpaint_zoo.evaluation.report import ProtocolCard, Report, terminal_tables, write_tables
from inpaint_zoo.evaluation.results_file import write_results_file
from inpaint_zoo.evaluation.session import Session, open_session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.files.inputs import refuse_missing
from inpaint_zoo.metrics.bins import ALL
from inpaint_zoo.metrics.records import Record, summarise
from inpaint_zoo.models.weights import WeightsFile
from inpaint_zoo.runtime.device import choose_device
from inpaint_zoo.runtime.processes import joined_processes
from inpaint_zoo.training.runs.status import refuse_run_folder


def run(config: DictConfig) -> float | None:
    """Write `records.csv`, `summary.json`, `results.json` and `table.md`; returns the mean PSNR, in dB."""
    quiet_libraries()
    with joined_processes() as processes:
        session, folder = _opened(config)
        records = [each.record for each in session.evaluate(folder, processes, force=config.force)]
        if processes.is_first:
            _write(session, records, folder)
    return next(row.means["psnr"] for row in summarise(records) if row.bin == ALL)


def _opened(config: DictConfig) -> tuple[Session, Path]:
    """Open the session and check the folder of the results; the file's weights are freed once the network has them."""
    output, ckpt = config.output, config.ckpt  # reported first where they are missing
    path = None if names_filler(ckpt) else weights_file(ckpt)
    if path is not None and not path.exists():
        raise InputError(f"ckpt: {path} does not exist: give ckpt=FILE, a checkpoint or a published file")
    settings = Settings.from_config(config, {})
    folder = results_folder(output, settings, Results.EVALUATION)
    refuse_run_folder(folder)
    if config.manifest is None:
        refuse_missing({"data": settings.data, "mask": settings.mask})
    file = None if path is None else read_network(path, config.model_name, config.weights, choose_device(config.device))
    if not isinstance(file, WeightsFile):
        return open_session(replace(settings, sources={_title(ckpt): ckpt})), folder
    settings = replace(settings, sources={file.weights.model: ckpt})
    return open_session(settings, {file.weights.model: file}), folder


def _title(ckpt: str) -> str:
    """The name in tables of what is no network of this package: that of the function or file."""
    return re.sub(r"[^\w.+()-]", "_", Path(ckpt.replace(":", ".")).name)


def _write(session: Session, records: list[Record], folder: Path) -> None:
    protocol = session.evaluation.protocol
    report = Report(
        title="Evaluation",
        records=records,
        cases=[],
        notes=session.notes,
        protocol=ProtocolCard(protocol.name, protocol.describe(), protocol.leaks),
        estimates=estimates_of(records),
    )
    write_results_file(session, report, Results.EVALUATION, folder / "results.json")
    write_tables(report, folder)
    console = Console(highlight=False)
    for table in terminal_tables(report):
        console.print(table)
    for line in [*session.notes, f"records: {folder / 'records.csv'}"]:
        print(line)
