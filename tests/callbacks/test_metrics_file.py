import csv
from pathlib import Path

from inpaint_zoo.callbacks import MetricsFile


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_resumed_run_goes_on_below_the_rows_that_are_there(tmp_path: Path) -> None:
    for step in range(3):  # each time a new process
        logger = MetricsFile(save_dir=tmp_path)
        logger.log_metrics({"loss": step + 0.5}, step=step)
        logger.save()
    assert [(row["step"], row["loss"]) for row in rows(tmp_path)] == [("0", "0.5"), ("1", "1.5"), ("2", "2.5")]


def test_columns_that_come_up_later_are_added(tmp_path: Path) -> None:
    for step, name in enumerate(("loss", "psnr")):
        logger = MetricsFile(save_dir=tmp_path)
        logger.log_metrics({name: 1.0}, step=step)
        logger.save()
    first, second = rows(tmp_path)
    assert (first["loss"], first["psnr"]) == ("1.0", "")
    assert (second["loss"], second["psnr"]) == ("", "1.0")


def test_it_lies_in_the_run_folder_itself(tmp_path: Path) -> None:
    assert Path(MetricsFile(save_dir=tmp_path).log_dir).resolve() == tmp_path.resolve()
