import csv
from pathlib import Path

import pytest

from inpaint_zoo.training.callbacks import MetricsCSV


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_resumed_run_appends_to_the_rows_that_are_there(tmp_path: Path) -> None:
    for step in range(3):  # each time a new process
        logger = MetricsCSV(save_dir=tmp_path)
        logger.log_metrics({"loss": step + 0.5}, step=step)
        logger.save()
    assert [(row["step"], row["loss"]) for row in rows(tmp_path)] == [("0", "0.5"), ("1", "1.5"), ("2", "2.5")]


def test_columns_that_come_up_later_are_added(tmp_path: Path) -> None:
    for step, name in enumerate(("loss", "psnr")):
        logger = MetricsCSV(save_dir=tmp_path)
        logger.log_metrics({name: 1.0}, step=step)
        logger.save()
    first, second = rows(tmp_path)
    assert (first["loss"], first["psnr"]) == ("1.0", "")
    assert (second["loss"], second["psnr"]) == ("", "1.0")


def test_it_lies_in_the_run_folder_itself(tmp_path: Path) -> None:
    assert Path(MetricsCSV(save_dir=tmp_path).log_dir).resolve() == tmp_path.resolve()


@pytest.mark.parametrize(
    ("num_steps", "validated", "left"), [(3, True, [1, 2, 2, 3, 3]), (2, False, [1, 2]), (0, True, [])]
)
def test_what_comes_after_a_checkpoint_is_forgotten(
    tmp_path: Path, num_steps: int, validated: bool, left: list[int]
) -> None:
    logger = MetricsCSV(save_dir=tmp_path)
    for step in range(1, 6):
        logger.log_metrics({"train/loss": 1.0}, step=step)
        if step > 1:
            logger.log_metrics({"val/psnr": 1.0}, step=step)
    logger.save()
    MetricsCSV(save_dir=tmp_path).rewind(num_steps, validated=validated)
    assert [int(row["step"]) for row in rows(tmp_path)] == left


def test_a_row_of_which_only_a_part_was_written_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text("loss,step\n1.0,1\n2.0")
    MetricsCSV(save_dir=tmp_path).rewind(1, validated=True)
    assert [row["step"] for row in rows(tmp_path)] == ["1"]
