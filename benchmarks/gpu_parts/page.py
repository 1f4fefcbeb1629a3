"""What `gpu.json` holds, as Markdown for people; docs/gpu.md has the same tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gpu_parts.precision import PRECISIONS
from gpu_parts.scale import FULL, MODELS
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, RATIO_BINS
from inpaint_zoo.tables import Column, Table, section

NOT_MEASURED = "not measured"
NOT_LOGGED = "not logged"
NAMES = {"misf": "MISF", "madf": "MADF", "ctsdg": "CTSDG", "telea": "Telea", "patchmatch": "PatchMatch"}
TITLES = {"float32": "float32", "tf32": "TF32", "bf16": "bf16"}
BINS = (*RATIO_BINS[:3], ALL)
Content = Mapping[str, Any]
Row = Mapping[str, Any]


def page(content: Content) -> str:
    """All tables, with the machine and what is missing."""
    about = content["about"]
    machine = (
        f"{about['device']}; {about['cpu']}, {about['cores']} cores; torch {about['torch']}, CUDA {about['cuda']}, "
        f"Python {about['python']}; sizes: {about['size']}."
    )
    notes = [f"- {part}: {note}.\n" for part, note in content["notes"].items()]
    seconds = ", ".join(f"{part} {value:.0f}" for part, value in content["seconds"].items())
    incomplete = ["## Not complete\n", "".join(notes)] if notes else []
    return "\n".join(["# One GPU\n", f"{machine}\n", f"Seconds: {seconds}.\n", tables(content), *incomplete])


def tables(content: Content) -> str:
    """The tables; without content every value is `not measured`."""
    made = (
        _parity(content), _timing(content, "forward"), _timing(content, "step"), _loading(content), _scores(content),
    )  # fmt: skip
    return "\n".join(section(table) for table in made)


def _parity(content: Content) -> Table:
    keys = ("rounding", "float32", "tf32", "bf16", "bf16_mean")
    headings: tuple[str, ...] = ("float64 on the CPU", "float32", "TF32", "bf16", "bf16, mean")
    rows = []
    for model in MODELS:
        row = _find(content.get("parity", ()), model=model)
        verdicts = [NOT_MEASURED if row is None else "yes" if row[key] else "NO" for key in ("passed", "bf16_passed")]
        rows.append([NAMES[model], *(_number(row, key, ".1e") for key in keys), *verdicts])
    headings = (*headings, "float32 within 1e-4", "bf16 within 0.01 of white")
    return _table("Difference to float32 on the CPU", ("Model",), headings, rows)


def _timing(content: Content, call: str) -> Table:
    batches = content.get("about", {}).get("batches", FULL.batches)
    timed = [*content.get("eager", ()), *content.get("compiled", ())]
    peaks = {row["precision"]: row["gflop_per_second"] for row in content.get("peaks", ())}
    variants = [(precision, False) for precision in PRECISIONS] + [("bf16", True), ("tf32", True)]
    rows = []
    for model in MODELS:
        for precision, compiled in variants:
            found = [
                _find(timed, model=model, call=call, precision=precision, compiled=compiled, batch=batch)
                for batch in batches
            ]
            title = TITLES[precision] + (", compiled" if compiled else "")
            rates = [_number(row, "images_per_second", ".1f") for row in found]
            share, memory = _share(found[-1], peaks.get(precision)), _gigabytes(found[-1])
            rows.append([NAMES[model], title, *rates, share, memory])
    headings = (*(f"images/s, batch {batch}" for batch in batches), "share of peak", "GB")
    title = {"forward": "Forward pass", "step": "Train step"}[call]
    return _table(title, ("Model", "Precision"), headings, rows)


def _loading(content: Content) -> Table:
    row = next(iter(content.get("loading", ())), None)
    unlogged = NOT_MEASURED if row is None else NOT_LOGGED
    cells = [
        NAMES[row["model"] if row else "madf"],
        _number(row, "batch", "d"),
        _number(row, "processes", "d"),
        _number(row, "images_per_second", ".1f", unlogged),
        _number(row, "data_wait", ".1%", unlogged),
        _number(row, "gpu_busy", ".0%"),
    ]
    headings = ("batch", "processes that load", "images/s", "waits for data", "GPU busy")
    return _table("Training from JPEG files", ("Model",), headings, [cells])


def _scores(content: Content) -> Table:
    rows = []
    for method, name in NAMES.items():
        trained = _find(content.get("trainings", ()), model=method)
        scored = _find(content.get("scores", ()), method=method)
        steps = _number(trained, "steps", "d") if method in MODELS else "none"
        rows.append([name, steps, *(_number(scored, key, ".2f") for key in BINS)])
    headings = ("steps", *(f"{BIN_TITLES[key]}, dB" for key in BINS))
    return _table("PSNR over the hole", ("Method",), headings, rows)


def _find(rows: Sequence[Row], **wanted: object) -> Row | None:
    return next((row for row in rows if all(row.get(key) == value for key, value in wanted.items())), None)


def _number(row: Row | None, key: str, form: str, missing: str = NOT_MEASURED) -> str:
    if row is None or row.get(key) is None:
        failed = None if row is None else row.get("failed")
        return str(failed or missing)
    return format(row[key], form)


def _share(row: Row | None, peak: float | None) -> str:
    if row is None or peak is None or "failed" in row:
        return NOT_MEASURED
    return f"{row['gflop_per_second'] / peak:.0%}"


def _gigabytes(row: Row | None) -> str:
    megabytes = None if row is None else row.get("peak_memory_mb")
    return NOT_MEASURED if megabytes is None else f"{megabytes / 1e3:.1f}"


def _table(title: str, texts: Sequence[str], numbers: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    columns = [Column(text, text, is_text=True) for text in texts] + [Column(name, name) for name in numbers]
    return Table(title, columns, rows)
