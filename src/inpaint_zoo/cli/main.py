"""The command line: `inpaint-zoo VERB [KEY=VALUE ...]`.

Everything heavy is imported after the verb is known, so that help and a wrong verb answer at once.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import Stopped

if TYPE_CHECKING:
    from omegaconf import DictConfig

VERBS: dict[str, tuple[str, str]] = {
    "train": ("inpaint_zoo.cli.train", "train a model; keeps its best and its last checkpoint"),
    "runs": ("inpaint_zoo.cli.runs", "list trainings: how far they are, and how good"),
    "tune": ("inpaint_zoo.cli.tune", "search settings of a training; goes on when killed"),
    "evaluate": ("inpaint_zoo.cli.evaluate", "score a checkpoint on images and masks"),
    "predict": ("inpaint_zoo.cli.predict", "fill the holes of images of any size"),
    "compare": ("inpaint_zoo.cli.compare", "same images, same masks: tables and a report"),
    "verify": ("inpaint_zoo.cli.verify", "compute the numbers of a results.json again and compare"),
    "masks make": ("inpaint_zoo.cli.masks_make", "write masks as PNG files, the same for the same seed"),
    "masks sheet": ("inpaint_zoo.cli.masks_sheet", "show some masks of every kind in one image"),
    "data manifest": ("inpaint_zoo.cli.data_manifest", "write an evaluation set with its hashes as a file"),
    "data check": ("inpaint_zoo.cli.data_check", "read all images and masks, report what is wrong"),
    "benchmark": ("inpaint_zoo.cli.benchmark", "what the networks cost here: operations, seconds, memory"),
    "benchmark metrics": ("inpaint_zoo.cli.benchmark_metrics", "how long scoring images and intervals take here"),
    "benchmark training": ("inpaint_zoo.cli.benchmark_training", "what a Trainer adds to a bare training loop"),
    "benchmark data": ("inpaint_zoo.cli.benchmark_data", "how fast training samples are loaded here"),
    "import-weights": ("inpaint_zoo.cli.import_weights", "turn a published checkpoint into one of ours"),
}
"""Verb, of one word or two: (module with a function `run`, one line of help)."""

BAD_INPUT = 2
INTERRUPTED = 130
SIGNALLED = 128


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Args:
        argv: What follows the name of the program; `sys.argv[1:]` by default. `sys.argv` itself stays as it is,
            because the processes of a multi-GPU run are started from it.

    Returns:
        0 when all went well, 1 after a bug (with its traceback), 2 after a mistake in what the user gave (one line on
        stderr), 130 after Ctrl-C, 128 and its number after another signal.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments or os.environ.get("INPAINT_ZOO_DEBUG") == "1"
    arguments = [argument for argument in arguments if argument != "--debug"]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_usage())
        return 0
    if arguments[0] == "--version":
        print(f"inpaint-zoo {version('inpaint-zoo')}")
        return 0
    verb = _verb(arguments)
    if verb in VERBS:
        return _run(verb, arguments[len(verb.split()) :], debug)
    second_words = [known for known in VERBS if known.startswith(f"{arguments[0]} ")]
    if second_words and (len(arguments) == 1 or arguments[1] in ("-h", "--help")):
        print(_usage(second_words))
        return 0
    near = did_you_mean(verb, VERBS) or did_you_mean(arguments[0], VERBS)
    known = f" (known: {', '.join(VERBS)}; inpaint-zoo --help tells more)"
    return _complain(f"inpaint-zoo: error: there is no verb '{verb}'{near}{known}")


def _verb(arguments: list[str]) -> str:
    """The first two words where they are a verb, or might have been meant as one; else the first."""
    words = " ".join(arguments[:2])
    if words in VERBS:
        return words
    first_words = {verb.partition(" ")[0] for verb in VERBS if " " in verb}
    belongs = did_you_mean(arguments[0], first_words) and words.replace(" ", "").replace("-", "").isalpha()
    return words if arguments[0] not in VERBS and belongs else arguments[0]


def _run(verb: str, arguments: list[str], debug: bool) -> int:
    # before torch is imported: it tells of every lost connection in thirty lines, we in one
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    # and before albumentations is: it would ask the network for its newest version
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    # Hydra and OmegaConf take a moment to import
    from inpaint_zoo.config.allowlist import allowing, bind_allowed, split_allow  # noqa: PLC0415
    from inpaint_zoo.config.error_messages import explain  # noqa: PLC0415
    from inpaint_zoo.jobs.run import run_verb  # noqa: PLC0415

    try:
        prefixes, others = split_allow(arguments)
        with allowing(prefixes):
            return run_verb(verb, bind_allowed(task_of(verb)), others, debug)
    except KeyboardInterrupt:
        return _complain(f"inpaint-zoo {verb}: interrupted", INTERRUPTED)
    except Stopped as stop:
        return _complain(f"inpaint-zoo {verb}: {stop}", SIGNALLED + stop.signum)
    except Exception as error:
        reason = explain(error)
        if reason is None or debug:
            traceback.print_exception(error)
        return 1 if reason is None else _complain(f"inpaint-zoo {verb}: error: {reason}")
    return 0


def task_of(verb: str) -> Callable[[DictConfig], object]:
    """What a verb does with its configuration, which is checked first."""

    def task(config: DictConfig) -> object:
        from inpaint_zoo.config.build import check_nodes  # noqa: PLC0415

        module = importlib.import_module(VERBS[verb][0])
        check_nodes(config)
        return module.run(config)

    return task


def _complain(line: str, code: int = BAD_INPUT) -> int:
    print(line, file=sys.stderr)
    return code


def _usage(shown: Iterable[str] = VERBS) -> str:
    width = max(map(len, shown), default=0)
    verbs = "\n".join(f"  {verb:<{width}}  {VERBS[verb][1]}" for verb in shown)
    return f"""\
Usage: inpaint-zoo VERB [KEY=VALUE ...] [OPTION ...]

Verbs:
{verbs}

Options:
  --help       this text; after a verb: its config groups and its configuration
  --version    show the version
  --debug      show the full traceback of an error (also INPAINT_ZOO_DEBUG=1)
  allow=[PACKAGE]
               after a verb: its configuration may run what this package defines

After a verb, Hydra's options work too: --cfg job, --info, --multirun,
--config-dir DIR, hydra.KEY=VALUE."""
