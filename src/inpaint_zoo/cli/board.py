"""`inpaint-zoo board RESULTS... output=DIR`: one page of many results on the same images and masks, each checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from omegaconf import DictConfig, ListConfig

from inpaint_zoo.bundles import weights_file
from inpaint_zoo.checks import finite
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.board.assembly import assembled
from inpaint_zoo.evaluation.board.entries import Entry, found_files
from inpaint_zoo.evaluation.board.files import Checker, folders_of
from inpaint_zoo.evaluation.board.page import PAGE, TABLE, Board, write_board
from inpaint_zoo.files.atomic import whole_or_nothing, writable_folder
from inpaint_zoo.files.outputs import refuse_replacing

MAX_CARD_BYTES = 1_000_000


def run(config: DictConfig) -> None:
    """Write the page.

    Raises:
        InputError: Results contradict themselves, their files or each other, or are of other images or protocols.
    """
    quiet_libraries()
    output, given = config.output, config.results  # reported first where they are missing
    files = found_files([str(one) for one in given] if isinstance(given, ListConfig) else [str(given)])
    folder = writable_folder(output)
    refuse_replacing([folder / PAGE, folder / TABLE], force=config.force)
    tolerance = finite(config.tolerance, "tolerance")
    data, masks = folders_of([("data.root", config.data.root), ("mask.root", config.mask.root)])
    methods = {str(title): weights_file(str(value)) for title, value in config.methods.items()}
    cards = _cards({str(title): str(value) for title, value in config.cards.items()})
    entries, records = assembled(files, Checker(tolerance, data, masks, methods))
    _refuse_unknown({"methods": methods, "cards": cards}, {record.method for record in records})
    with whole_or_nothing(folder):
        page, _ = write_board(Board(str(config.title), entries, records, cards), folder)
    _say(entries, page)


def _cards(paths: Mapping[str, str]) -> dict[str, str]:
    texts = {}
    for title, value in paths.items():
        path = Path(value).expanduser()
        if not path.is_file() or path.stat().st_size > MAX_CARD_BYTES:
            raise InputError(f"cards.{title}: {path} is no text file of at most {MAX_CARD_BYTES} bytes")
        texts[title] = path.read_text(encoding="utf-8", errors="backslashreplace")
    return texts


def _refuse_unknown(given: Mapping[str, Mapping[str, object]], titles: set[str]) -> None:
    for key, own in given.items():
        for title in own.keys() - titles:
            raise InputError(f"{key}.{title}: no result is of this method (methods: {', '.join(sorted(titles))})")


def _say(entries: Sequence[Entry], page: Path) -> None:
    titles = {title for entry in entries for title in entry.titles}
    open_ones = sorted({line for entry in entries for line in entry.not_checked})
    for line in open_ones:
        print(f"not checked: {line}")
    print(f"board: {page}: {len(titles)} methods of {len(entries)} files")
