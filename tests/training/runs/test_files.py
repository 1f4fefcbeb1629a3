from inpaint_zoo.training.checkpoint_io import LAST, PREVIOUS
from inpaint_zoo.training.runs.files import CHECKPOINTS, RUN_FILES


def test_checkpoints_have_the_names_that_are_written() -> None:
    assert CHECKPOINTS == (LAST, PREVIOUS)


def test_each_name_is_listed_once() -> None:
    assert len(set(RUN_FILES)) == len(RUN_FILES) == 6
