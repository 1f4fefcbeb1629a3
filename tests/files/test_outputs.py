"""What is there is not replaced."""

from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.outputs import refuse_foreign, refuse_replacing


def test_a_file_that_is_there_is_replaced_only_where_the_user_wants_it(tmp_path: Path) -> None:
    new, there, broken = (tmp_path / name for name in ("new.png", "there.png", "link.png"))
    there.touch()
    broken.symlink_to("nothing")
    refuse_replacing([new], force=False)
    refuse_replacing([new, there, broken], force=True)
    with pytest.raises(InputError, match=r"^output: .*there\.png exists: give force=true .*another output$"):
        refuse_replacing([new, there], force=False)
    with pytest.raises(InputError, match=r"there\.png, .*link\.png exist: "):
        refuse_replacing([there, broken], force=False)


def test_a_verb_goes_on_only_where_it_has_begun(tmp_path: Path) -> None:
    refuse_foreign(tmp_path / "new", ["report.md"], "cache")
    (tmp_path / "other.md").touch()
    refuse_foreign(tmp_path, ["report.md"], "cache")
    (tmp_path / "report.md").mkdir()
    with pytest.raises(InputError, match=r"^output: .* holds report\.md, which this verb has not written: give a new"):
        refuse_foreign(tmp_path, ["report.md", "x"], "cache")
    (tmp_path / "cache").mkdir()
    refuse_foreign(tmp_path, ["report.md"], "cache")
