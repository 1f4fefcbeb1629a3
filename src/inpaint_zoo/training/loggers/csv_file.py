"""`metrics.csv` of a run, to which a resumed run appends."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from pytorch_lightning.loggers import CSVLogger
from pytorch_lightning.loggers.csv_logs import ExperimentWriter
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.training.loggers.base import is_before


class MetricsCSV(CSVLogger):
    """Lightning's CSV logger, but writing directly into the run folder and keeping the rows of an earlier start.

    Args:
        save_dir: The run folder.
    """

    def __init__(self, *, save_dir: Path) -> None:
        super().__init__(save_dir, name="", version="")

    @property
    def experiment(self) -> ExperimentWriter:
        """The writer; a resumed run appends to the existing rows."""
        if self._experiment is None:
            self._experiment = _AppendingWriter(self.log_dir)
        assert isinstance(self._experiment, ExperimentWriter)
        return self._experiment

    @rank_zero_only
    def rewind(self, num_steps: int, *, validated: bool) -> None:
        """Drop the rows after a checkpoint: a killed run has often logged more than it has saved."""
        path = Path(self.experiment.metrics_file_path)
        if not path.is_file():
            return
        columns, rows = _read(path)
        _write(path, columns, [row for row in rows if _belongs(row, num_steps, validated=validated)])


class _AppendingWriter(ExperimentWriter):
    def _check_log_dir_exists(self) -> None:
        # Lightning deletes an older metrics.csv here
        if Path(self.metrics_file_path).is_file():
            with Path(self.metrics_file_path).open(newline="") as file:
                self.metrics_keys = next(csv.reader(file), [])

    def _rewrite_with_new_header(self, fieldnames: list[str]) -> None:
        # atomically, unlike Lightning
        path = Path(self.metrics_file_path)
        _write(path, fieldnames, _read(path)[1])


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The columns and the complete rows; a killed process may have left an incomplete one."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if None not in row and None not in row.values()]
        return list(reader.fieldnames or []), rows


def _write(path: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _belongs(row: dict[str, str], num_steps: int, *, validated: bool) -> bool:
    names = (name for name, value in row.items() if value)
    return row["step"].isdigit() and is_before(int(row["step"]), names, num_steps, validated=validated)
