"""`inpaint-zoo study RESULTS`: a page on which people say which of the methods' pictures they prefer."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.checks import as_given, at_least, choose, strings
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import whole_or_nothing, writable_folder
from inpaint_zoo.files.inputs import refuse_below
from inpaint_zoo.files.outputs import refuse_filled
from inpaint_zoo.user_study import key as key_file
from inpaint_zoo.user_study.comparison import Comparison, read_comparison
from inpaint_zoo.user_study.design import Form, Size, design
from inpaint_zoo.user_study.html import FILE, Texts, write_page
from inpaint_zoo.user_study.pictures import FOLDER, Reference, write_pictures

FORMS: dict[str, Form] = {"best": "best", "pairs": "pairs"}
REFERENCES: dict[str, Reference] = {"input": "input", "original": "original", "nothing": "nothing"}
HAND_OUT = "hand_out"


def run(config: DictConfig) -> None:
    """Write the page, its pictures and the key: all of them, or nothing after an error."""
    folder = _new_folder(config.output)
    form, reference = choose(FORMS, config.kind, "kind"), choose(REFERENCES, config.reference, "reference")
    num_questions = None if config.num_questions is None else at_least(1, config.num_questions, "num_questions")
    size = Size(num_questions, at_least(0, config.num_checks, "num_checks"))
    texts = _texts(config)
    comparison = _comparison(config)
    refuse_below(folder, {"results": comparison.kept.folder.parent})
    key = design(comparison, form, size)
    handed = folder / HAND_OUT
    with whole_or_nothing(folder):
        shown = write_pictures(key, comparison.kept, reference, handed / FOLDER)
        key_file.write_key(key, folder / key_file.FILE)
        write_page(key, shown, reference, texts, handed)
    _say(key, folder)


def _new_folder(output: str | None) -> Path:
    folder = writable_folder(output)
    refuse_filled(folder, "output", ", as answers need the key")
    return folder


def _comparison(config: DictConfig) -> Comparison:
    wanted: Any = OmegaConf.to_container(config, resolve=True)["methods"]  # type: ignore[call-overload, index]
    methods = None if wanted is None else strings(wanted, "methods", "[misf,madf]")
    found = read_comparison(Path(config.results).expanduser(), methods)
    return found.chosen(at_least(1, config.num_images, "num_images"))


def _texts(config: DictConfig) -> Texts:
    title, question, thanks = (_text(config[key], key) for key in ("title", "question", "thanks"))
    consent = None if config.consent is None else _text(config.consent, "consent")
    return Texts(title, question, consent, thanks)


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{key}={as_given(value)} must be a text: give '{key}=\"...\"'")
    return value


def _say(key: key_file.Key, folder: Path) -> None:
    handed, key_path = folder / HAND_OUT, folder / key_file.FILE
    sizes = [path.stat().st_size for path in handed.rglob("*") if path.is_file()]
    print(
        f"{len(key.images)} images, {len(key.methods)} methods, {len(key.questions)} questions; each voter gets "
        f"{key.num_questions} of them and {key.num_checks} attention checks"
    )
    print(f"hand out: {handed} ({len(sizes)} files, {sum(sizes) / 1e6:.1f} MB); open {handed / FILE} to try it")
    print(f"keep: {key_path}, which tells whose picture is whose, and give it to no voter")
    print(f"then: inpaint-zoo study collect ANSWERS key={shlex.quote(str(key_path))}")
