"""The command line: `inpaint-zoo VERB [KEY=VALUE ...]`.

Slow imports happen only after the verb is known, so that `--help` and a wrong verb are answered at once.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from types import FrameType
from typing import TYPE_CHECKING

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError, Stopped
from inpaint_zoo.runtime.streams import replace_unknown_letters

if TYPE_CHECKING:
    from omegaconf import DictConfig

VERBS: dict[str, tuple[str, str]] = {
    "train": ("inpaint_zoo.cli.train", "train a model; keeps its best and its last checkpoint"),
    "replay": ("inpaint_zoo.cli.replay", "compute a batch again that made a loss non-finite"),
    "runs": ("inpaint_zoo.cli.runs", "list trainings: their state, steps and best values"),
    "tune": ("inpaint_zoo.cli.tune", "search settings of a training; can be resumed"),
    "ablate": ("inpaint_zoo.cli.ablate", "train the variants of a model, and compare them"),
    "evaluate": ("inpaint_zoo.cli.evaluate", "score a checkpoint on images and masks"),
    "models": ("inpaint_zoo.cli.models", "list the trained networks that come with the package"),
    "predict": ("inpaint_zoo.cli.predict", "fill the holes of images of any size"),
    "app": ("inpaint_zoo.cli.app", "serve a page on which holes are painted and filled"),
    "compare": ("inpaint_zoo.cli.compare", "compare methods on the same images and masks"),
    "study": ("inpaint_zoo.cli.study", "make a page on which people say which method they prefer"),
    "study collect": ("inpaint_zoo.cli.study_collect", "what the answers of a study say, beside the metrics"),
    "verify": ("inpaint_zoo.cli.verify", "recompute the numbers of a results.json and compare"),
    "audit": ("inpaint_zoo.cli.audit", "try whether a method leaks ground truth, or breaks"),
    "certify": ("inpaint_zoo.cli.certify", "try somebody's metric code against the protocols"),
    "board": ("inpaint_zoo.cli.board", "one page of many results on the same images, each checked"),
    "masks make": ("inpaint_zoo.cli.masks_make", "write masks as PNG files, identical for the same seed"),
    "data manifest": ("inpaint_zoo.cli.data_manifest", "write an evaluation set with its hashes to a file"),
    "data check": ("inpaint_zoo.cli.data_check", "read all images and masks, and report problems"),
    "benchmark": ("inpaint_zoo.cli.benchmark", "measure operations, seconds and memory of the networks"),
    "import-weights": ("inpaint_zoo.cli.import_weights", "convert a published checkpoint"),
    "export": ("inpaint_zoo.cli.export", "write a network as a graph: ONNX, or for torch.export"),
    "bundle": ("inpaint_zoo.cli.bundle", "write a network with its card, as model hubs keep it"),
}
"""Verb, of one word or two: (module with a function `run`, one line of help)."""

BAD_INPUT = 2
INTERRUPTED = 130
SIGNALLED = 128


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Args:
        argv: The arguments after the program name; by default `sys.argv[1:]`.

    Returns:
        0 after success, 1 after a bug (with its traceback), 2 after a mistake in the input (one line on stderr), 130
        after Ctrl-C, 128 plus its number after another signal.
    """
    replace_unknown_letters()
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments or os.environ.get("INPAINT_ZOO_DEBUG") == "1"
    arguments = [argument for argument in arguments if argument != "--debug"]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_usage())
        return 0
    if arguments[0] == "--version":
        print(f"inpaint-zoo {version('inpaint-zoo')}")
        return 0
    arguments[:1] = arguments[0].split() or [""]  # both words of a verb may come in one argument
    verb = _verb(arguments)
    if verb in VERBS:
        return _run(verb, arguments[len(verb.split()) :], debug)
    second_words = [known for known in VERBS if known.startswith(f"{arguments[0]} ")]
    if second_words and (len(arguments) == 1 or arguments[1] in ("-h", "--help")):
        print(_usage(second_words))
        return 0
    near = did_you_mean(verb, VERBS) or did_you_mean(arguments[0], VERBS)
    known = f" (known: {', '.join(VERBS)}; inpaint-zoo --help tells more)"
    return _print_error(f"inpaint-zoo: error: there is no verb '{verb}'{near}{known}")


def _verb(arguments: list[str]) -> str:
    """The first two words if they are a verb or look like a misspelled one; otherwise the first word."""
    words = " ".join(arguments[:2])
    if words in VERBS:
        return words
    first_words = {verb.partition(" ")[0] for verb in VERBS if " " in verb}
    belongs = did_you_mean(arguments[0], first_words) and words.replace(" ", "").replace("-", "").isalpha()
    return words if arguments[0] not in VERBS and belongs else arguments[0]


def _run(verb: str, arguments: list[str], debug: bool) -> int:
    # before torch is imported: it reports every lost connection in thirty lines, we in one
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    # and before albumentations is: it would look up its newest version on the network
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    # Hydra and OmegaConf are slow to import
    from inpaint_zoo.config.allowlist import allowing, bind_allowed, named_functions, split_allow  # noqa: PLC0415
    from inpaint_zoo.config.error_messages import explain  # noqa: PLC0415
    from inpaint_zoo.config.overrides import as_given, with_key  # noqa: PLC0415
    from inpaint_zoo.jobs.run import run_verb  # noqa: PLC0415

    try:
        _check_current_folder()
        prefixes, others = split_allow(arguments)
        functions = named_functions(with_key(verb, argument) for argument in others)
        with allowing([*prefixes, *functions]), _stopping_at_sigterm():
            return run_verb(verb, bind_allowed(task_of(verb)), others, debug)
    except KeyboardInterrupt:
        return _print_error(f"inpaint-zoo {verb}: interrupted", INTERRUPTED)
    except Stopped as stop:
        return _print_error(f"inpaint-zoo {verb}: {stop}", SIGNALLED + stop.signum)
    except Exception as error:
        reason = explain(error)
        if reason is None or debug:
            traceback.print_exception(error)
        return 1 if reason is None else _print_error(f"inpaint-zoo {verb}: error: {as_given(verb, reason)}")
    return 0


@contextmanager
def _stopping_at_sigterm() -> Iterator[None]:
    """Let SIGTERM end the body as Ctrl-C does; a training has a handler of its own, which saves first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    process = os.getpid()

    def stop(signum: int, frame: FrameType | None) -> None:
        if os.getpid() != process:  # in a process that was forked, it has its usual effect
            signal.signal(signum, signal.SIG_DFL)
            os.kill(os.getpid(), signum)
        raise Stopped("stopped by SIGTERM", signum)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


def _check_current_folder() -> None:
    """Refuse to work where relative paths mean nothing.

    Raises:
        InputError: The current folder has been removed, or may not be looked at.
    """
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd() is the same
    except OSError as error:
        raise InputError(f"the current folder cannot be used ({error.strerror}): change to another one") from error


def task_of(verb: str) -> Callable[[DictConfig], object]:
    """The function that checks a configuration and runs a verb with it."""

    def task(config: DictConfig) -> object:
        from inpaint_zoo.config.build import check_nodes, check_own_keys  # noqa: PLC0415

        module = importlib.import_module(VERBS[verb][0])
        check_own_keys(config, verb)
        check_nodes(config)
        return module.run(config)

    return task


def _print_error(line: str, code: int = BAD_INPUT) -> int:
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
               after a verb: its configuration may run code of this package

After a verb, Hydra's options work too: --cfg job, --info, --multirun,
--config-dir DIR, hydra.KEY=VALUE."""
