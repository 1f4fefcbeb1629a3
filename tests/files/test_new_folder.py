import threading
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.new_folder import make_new_folder


def test_everyone_gets_a_folder_of_their_own(tmp_path: Path) -> None:
    made: list[Path] = []
    folder = tmp_path / "runs" / "12-00-00"
    threads = [threading.Thread(target=lambda: made.append(make_new_folder(folder))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {"12-00-00", *(f"12-00-00_{number}" for number in range(2, 17))}
    assert len(made) == 16
    assert {path.name for path in made} == {path.name for path in folder.parent.iterdir()} == names


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(InputError, match=r"cannot make the folder .*runs/x"):
        make_new_folder(tmp_path / "runs" / "x")
