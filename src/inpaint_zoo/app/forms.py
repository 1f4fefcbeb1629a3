"""The form that is sent with an image: which method, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile

from inpaint_zoo.app.fills import Task, named
from inpaint_zoo.app.methods import Offered
from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Held
from inpaint_zoo.inference.fill import FillOptions
from inpaint_zoo.inference.hole_sources import ALPHA, is_color

MOST_SECONDS = 120
"""For which a network may learn from an image."""
_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "strategy": str,
    "grow": int,
    "feather": int,
    "blend": str,
    "adapt_seconds": float,
    "seed": int,
}
_FIELDS = ("image", "mask", "model", "format", *_OPTIONS)


def check_form(form: FormData, offered: Mapping[str, Offered]) -> tuple[str, FillOptions]:
    """The name of the method and the options; files are not read.

    Raises:
        InputError: A field is unknown, missing, given twice, or no value of its kind.
    """
    for field in form:
        if field not in _FIELDS:
            raise InputError(
                f"there is no field '{field[:40]}'{did_you_mean(field, _FIELDS)} (known: {', '.join(_FIELDS)})"
            )
        if len(form.getlist(field)) > 1:
            raise InputError(f"{field} is given {len(form.getlist(field))} times: give it once")
    options = FillOptions(**{field: _value(form, field) for field in _OPTIONS if field in form})
    if options.adapt_seconds > MOST_SECONDS:
        raise InputError(f"adapt_seconds={options.adapt_seconds:g} must be at most {MOST_SECONDS}")
    if form.get("format", "png") != "png":
        raise InputError("format: give png, or leave it out: the result has the image's format")
    model = _text(form, "model")
    if model not in offered:
        raise InputError(f"there is no model '{model}'{did_you_mean(model, offered)} (known: {', '.join(offered)})")
    if options.adapt_seconds and not offered[model].can_learn:
        raise InputError(f"adapt_seconds: {model} has nothing to train: leave it out")
    return model, options


def read_task(form: FormData, options: FillOptions, most_pixels: int) -> Task:
    """Read the files of a form.

    Raises:
        InputError: One is missing, or the mask is none.
    """
    return Task(_image(form), _mask(form), options, as_png="format" in form, most_pixels=most_pixels)


def read_shown(form: FormData) -> tuple[Held, bool]:
    """Read the file that is to be shown, and whether it is a mask.

    Raises:
        InputError: There is none.
    """
    mask = _file(form, "mask")
    return (_image(form), False) if mask is None else (mask, True)


def _file(form: FormData, field: str) -> Held | None:
    file = form.get(field)
    return named(file.filename, file.file.read(), field) if isinstance(file, UploadFile) else None


def _image(form: FormData) -> Held:
    image = _file(form, "image")
    if image is None:
        raise InputError("image is missing: send a file, as with curl -F image=@photo.jpg")
    return image


def _mask(form: FormData) -> Held | str:
    file, mask = _file(form, "mask"), form.get("mask")
    if file is not None:
        return file
    if not isinstance(mask, str) or not (mask == ALPHA or is_color(mask)):
        raise InputError("mask is missing: send a file, as with curl -F mask=@hole.png, or alpha, or #rrggbb")
    return mask


def _value(form: FormData, field: str) -> Any:
    text, kind = _text(form, field), _OPTIONS[field]
    try:
        return kind(text)
    except ValueError as error:
        raise InputError(f"{field}='{text[:40]}' must be a number") from error


def _text(form: FormData, field: str) -> str:
    value = form.get(field)
    if not isinstance(value, str):
        raise InputError(f"{field} is missing: send it as text, as with curl -F {field}=...")
    return value
