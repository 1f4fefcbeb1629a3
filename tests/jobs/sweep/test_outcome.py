from __future__ import annotations

from pathlib import Path

from inpaint_zoo.jobs.sweep.job import add_seconds
from inpaint_zoo.jobs.sweep.outcome import Outcome, outcomes_of
from inpaint_zoo.jobs.sweep.plan import Job
from inpaint_zoo.training.monitor import Monitor
from inpaint_zoo.training.runs.result import Result, write_result
from inpaint_zoo.training.runs.status import State

CONFIG = "model: {_target_: inpaint_zoo.models.misf.MISF}\nmonitor: val/l1\nmode: min\n"


def test_each_row_is_read_from_the_folder_of_its_job(tmp_path: Path) -> None:
    jobs = [Job(number, {"seed": str(number)}, (), tmp_path / str(number), trains=True) for number in range(3)]
    for job in jobs[:2]:
        job.folder.mkdir()
        (job.folder / "config.yaml").write_text(CONFIG)
    write_result(jobs[0].folder, Result(metric="val/l1", value=0.25, step=8, config="x"))
    (jobs[1].folder / "metrics.csv").write_text("step,val/l1\n4,0.5\n")
    (jobs[1].folder / "failure.txt").write_text("the loss is not finite\n")
    add_seconds(tmp_path, 0, 1.5)
    monitor = Monitor("val/l1", "min")
    assert outcomes_of(tmp_path, jobs) == [
        Outcome(0, {"seed": "0"}, State.FINISHED, monitor, 0.25, 8, 1.5, ""),
        Outcome(1, {"seed": "1"}, State.FAILED, monitor, 0.5, 4, None, "the loss is not finite"),
        Outcome(2, {"seed": "2"}, State.NEW, Monitor(), None, None, None, ""),
    ]
