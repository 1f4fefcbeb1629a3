"""`inpaint-zoo certify module:function`: try somebody's metric code against the protocols."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from omegaconf import DictConfig

from inpaint_zoo.certificate.definitions import PROTOCOLS, defining, pictures
from inpaint_zoo.certificate.given import Numbers, read_numbers
from inpaint_zoo.certificate.reference import CORPUS, composite
from inpaint_zoo.certificate.report import as_json, lines
from inpaint_zoo.certificate.verdict import Verdict, certified, judge
from inpaint_zoo.checks import choose
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import whole_or_nothing, writable_file, writable_folder, write_bytes, write_text
from inpaint_zoo.files.inputs import refuse_overwriting
from inpaint_zoo.files.outputs import refuse_filled, refuse_replacing
from inpaint_zoo.images.reading import write_png
from inpaint_zoo.tables import printable


def run(config: DictConfig) -> None:
    """Print which protocols the code agrees with, metric by metric, or what it does instead.

    Raises:
        InputError: It agrees with none, or not with the wanted one; or its numbers cannot be had.
    """
    quiet_libraries()
    if config.corpus is not None:
        _write_corpus(writable_folder(config.corpus, "corpus"))
    if config.metrics is None:
        if config.corpus is None:
            raise InputError("metrics is missing: give a function module:name or a CSV file, or corpus=DIR")
        return
    if config.against is not None:
        choose(PROTOCOLS, config.against, "against")
    output = None if config.output is None else writable_file(config.output)
    subject = str(config.metrics)
    if output is not None:
        refuse_overwriting([output], [Path(subject).expanduser()])
        refuse_replacing([output], force=bool(config.force))
    _certify(read_numbers(subject), config.against, output)


def _certify(numbers: Numbers, against: str | None, output: Path | None) -> None:
    verdicts = [judge(metric, given, numbers.form, against) for metric, given in numbers.metrics.items()]
    protocols = certified(verdicts, against)
    for line in lines(numbers, verdicts):
        print(printable(line))
    if output is not None:
        write_text(output, as_json(numbers, verdicts, protocols, version("inpaint-zoo")))
    if not protocols:
        raise InputError(f"{numbers.subject} is not certified: {_reason(verdicts, against)}")
    print(f"certified: {', '.join(protocols)}")


def _reason(verdicts: list[Verdict], against: str | None) -> str:
    wanted = {each.metric: defining(against, each.metric) for each in verdicts} if against else {}
    wrong = [
        each.metric for each in verdicts if not each.agrees or (against and wanted[each.metric] not in each.agrees)
    ]
    if not wrong:
        return "no protocol agrees with all metrics, though one does with each"
    return f"{', '.join(wrong)} {'differs' if len(wrong) == 1 else 'differ'} from {against or 'every protocol'}"


def _write_corpus(folder: Path) -> None:
    """Write targets, masks, outputs and composites.

    Raises:
        InputError: The folder holds something, or cannot be written.
    """
    refuse_filled(folder, "corpus")
    with whole_or_nothing(folder):
        for path in sorted(CORPUS.rglob("*.*")):
            write_bytes(folder / path.relative_to(CORPUS), [path.read_bytes()])
        for name, pair in pictures("uint8").items():
            write_png(folder / "composites" / f"{name}.png", composite(pair))
    print(printable(f"{folder}: {len(pictures('uint8'))} images each in targets, masks, outputs and composites"))
