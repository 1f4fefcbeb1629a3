from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import InputError


def test_blanks_of_names_stay_and_lines_become_one() -> None:
    assert explain(InputError("'a  b\tc.png' does not\r\nexist")) == "'a  b\tc.png' does not exist"


def test_what_is_no_mistake_of_a_user_is_not_explained() -> None:
    assert explain(ValueError("x")) is None
    assert "cannot be null" in str(
        explain(ValueError("Config group override must be a string or a list. Got NoneType"))
    )
