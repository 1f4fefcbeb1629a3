"""`inpaint-zoo audit METHOD`: does a method leak ground truth, or break in ways that make its numbers worthless?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from omegaconf import DictConfig

from inpaint_zoo.audit.battery import audit, faults
from inpaint_zoo.audit.callers import subject_of
from inpaint_zoo.audit.files import subject_of_results, write_images
from inpaint_zoo.audit.report import Audit, as_html, as_json, lines
from inpaint_zoo.audit.subject import Subject
from inpaint_zoo.bundles import list_bundles, weights_file
from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.functions import is_function
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.method_sources import build_methods
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.evaluation.protocols import Protocol
from inpaint_zoo.files.atomic import writable_file, writable_folder, write_text
from inpaint_zoo.files.inputs import refuse_overwriting
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.runtime.device import choose_device
from inpaint_zoo.tables import printable

SMALLEST = 32
"""Pixels: below, the holes of the audit are a few pixels."""
LARGEST = 1024
FORMATS: Mapping[str, Callable[[Audit], str]] = {".html": as_html, ".json": as_json}
"""What is written, by the suffix of the file."""


def run(config: DictConfig) -> None:
    """Print what each test says.

    Raises:
        InputError: The method fails a test; or it cannot be loaded, or fails on an ordinary image.
    """
    quiet_libraries()
    size = at_least(SMALLEST, config.size, "size")
    if size > LARGEST:
        raise InputError(f"size={size} must be at most {LARGEST}")
    if config.corpus is not None:
        _write_corpus(config, size)
        return
    output = _output(config)
    protocol: Protocol = construct(config.protocol)
    subject = _subject(config, protocol, size)
    done = Audit(subject, size, audit(subject, size), protocol.name, version("inpaint-zoo"))
    for line in lines(done):
        print(printable(line))
    if output is not None:
        write_text(output, FORMATS[output.suffix](done))
    wrong = faults(done.findings)
    if wrong:
        raise InputError(f"{subject.name} fails {len(wrong)} of {len(done.findings)} tests: {', '.join(wrong)}")


def _write_corpus(config: DictConfig, size: int) -> None:
    given = [key for key in ("method", "results", "output") if config[key] is not None]
    if given:
        raise InputError(f"corpus= only writes images: leave out {', '.join(given)}")
    folder = writable_folder(config.corpus, "corpus")
    count = write_images(folder, size)
    print(
        printable(f"{folder}: {count} images and masks; fill them, then: inpaint-zoo audit results=FILLED size={size}")
    )


def _output(config: DictConfig) -> Path | None:
    if config.output is None:
        return None
    output = writable_file(config.output)
    if output.suffix not in FORMATS:
        raise InputError(f"output={output}: give a file whose name ends in {' or '.join(FORMATS)}")
    refuse_overwriting([output], [Path(str(config.method)).expanduser()])
    refuse_replacing([output], force=bool(config.force))
    return output


def _subject(config: DictConfig, protocol: Protocol, size: int) -> Subject:
    if (config.method is None) is (config.results is None):
        raise InputError("give one of method=, results=DIR, and corpus=DIR, which writes images to fill")
    if config.results is not None:
        return subject_of_results(Path(config.results).expanduser(), size)
    name = str(config.method)
    if not (name in FILLS or is_function(name) or weights_file(name).exists()):
        raise InputError(f"method: '{name}' is no file, no function module:name and none of "
                         f"{', '.join((*FILLS, *list_bundles()))}")  # fmt: skip
    device = choose_device(config.device)
    (method,) = build_methods({"method": name}, device, protocol, config.weights).values()
    return subject_of(name, method)
