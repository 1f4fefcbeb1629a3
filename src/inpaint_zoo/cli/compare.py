"""`inpaint-zoo compare`: evaluate several methods on the same images and masks; tables, an image grid and a page."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.text import Text

from inpaint_zoo.benchmark.method_cost import measure_cost, remembered
from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.cache import CachedRecord
from inpaint_zoo.evaluation.manifest import write_manifest
from inpaint_zoo.evaluation.methods import Method
from inpaint_zoo.evaluation.output import Results, images_folder, refuse_inputs, results_folder
from inpaint_zoo.evaluation.report import Cost, ProtocolCard, Report, terminal_tables, write_results
from inpaint_zoo.evaluation.report.paper_figure import check_figure, figure_of, write_figure
from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.evaluation.results_file import write_results_file
from inpaint_zoo.evaluation.session import CACHE_FOLDER, Session, image_notes, open_session
from inpaint_zoo.evaluation.set_scores import evaluated_set_scores
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics.weights import refuse_missing_weights
from inpaint_zoo.runtime.processes import joined_processes
from inpaint_zoo.tables import MISSING
from inpaint_zoo.training.runs.status import refuse_run_folder

REPORTED_VERSIONS = (
    "inpaint-zoo", "torch", "pillow", "scikit-image", "opencv-python-headless", "lpips", "torch-fidelity",
    "scikit-learn",
)  # fmt: skip


def run(config: DictConfig) -> None:
    """Write images, records, tables, grid, `results.json`, `manifest.json` and `report.html` to the output folder."""
    quiet_libraries()
    output = config.output  # a missing output is reported before anything else
    if not isinstance(config.methods, DictConfig):
        raise InputError("methods: give methods.NAME=VALUE: the name of a fill, a checkpoint, or a folder of images")
    sources = {str(title): str(value) for title, value in config.methods.items()}
    _check_reference(config.reference, sources)
    settings = Settings.from_config(config, sources)
    refuse_missing_weights(config.inception_weights, "inception_weights")
    figure = figure_of(config.figure, list(sources))
    folder = results_folder(output, settings, Results.COMPARISON)
    refuse_run_folder(folder)
    kept = KeptImages(images_folder(folder, settings))
    with joined_processes() as processes:
        session = open_session(settings)
        refuse_inputs(kept, session)
        if figure is not None:
            check_figure(figure, session.evaluation.sizes, list(sources))
        evaluated = session.evaluate(folder, processes, force=config.force, kept=kept)
        if processes.is_first:
            report = _write(config, session, evaluated, kept)
            if figure is not None:
                write_figure(figure, {case.name: case for case in report.cases}, folder)


def _check_reference(reference: str | None, methods: Mapping[str, str]) -> None:
    if reference is not None and reference not in methods:
        near = did_you_mean(reference, methods)
        raise InputError(f"reference={reference} is not one of the methods{near} (methods: {', '.join(methods)})")


def _write(config: DictConfig, session: Session, evaluated: Sequence[CachedRecord], kept: KeptImages) -> Report:
    folder = kept.folder.parent
    report = _report(config, session, evaluated, kept)
    write_manifest(session.evaluation.manifest, folder / "manifest.json")
    write_results_file(session, report, Results.COMPARISON, folder / "results.json")
    paths = write_results(report, folder)
    console = Console(highlight=False)
    for table in terminal_tables(report):
        console.print(table)
    for line in report.notes:
        console.print(Text(line))
    print(f"report: {paths[-1]}")
    return report


def _report(config: DictConfig, session: Session, evaluated: Sequence[CachedRecord], kept: KeptImages) -> Report:
    records = [each.record for each in evaluated]
    names, protocol = session.evaluation.dataset.names, session.evaluation.protocol
    sets, set_notes = evaluated_set_scores(session, kept)
    return Report(
        title=str(config.title),
        records=records,
        cases=[kept.case(name, list(session.methods)) for name in names],
        notes=[*map(str, config.notes), *session.notes, *image_notes(records), *set_notes],
        reference=config.reference,
        config=OmegaConf.to_yaml(config, resolve=True),
        versions={"python": platform.python_version(), **{name: _version(name) for name in REPORTED_VERSIONS}},
        protocol=ProtocolCard(protocol.name, protocol.describe(), protocol.leaks),
        costs=_costs(session, evaluated, kept.folder.parent) if config.costs else {},
        set_scores=sets,
        hashes=session.hashes(),
        estimates=estimates_of(records),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # the same modules may come from another package, such as opencv-python
        return MISSING


def _costs(session: Session, evaluated: Sequence[CachedRecord], folder: Path) -> dict[str, Cost]:
    """Measure the cost of each method; a cost is measured again only where the method has changed."""
    sample = next(iter(session.evaluation.load([0])))
    seconds: dict[str, list[float]] = {title: [] for title in session.methods}
    for each in evaluated:
        seconds[each.record.method].append(each.seconds)

    def cost(title: str, method: Method) -> Cost:
        source = session.settings.sources[title]
        return remembered(
            folder / CACHE_FOLDER / title / "cost.json",
            session.fingerprints[title],
            lambda: measure_cost(title, method, source, sample, seconds[title]),
        )

    return {title: cost(title, method) for title, method in session.methods.items()}
