import pytest

from inpaint_zoo.checks import did_you_mean

KNOWN = ["tiny", "trainer.max_epochs", "trainer.max_steps", "data.batch_size", "model"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("trainer.max_epoch", "trainer.max_epochs"),
        ("batch_sise", "data.batch_size"),
        ("max_steps", "trainer.max_steps"),
        ("tyni", "tiny"),
        ("Modle", "model"),
    ],
)
def test_names_the_nearest(word: str, meant: str) -> None:
    assert did_you_mean(word, KNOWN) == f", did you mean '{meant}'?"


def test_is_silent_when_nothing_is_near() -> None:
    assert did_you_mean("zebra", KNOWN) == ""
    assert did_you_mean("zebra", []) == ""
