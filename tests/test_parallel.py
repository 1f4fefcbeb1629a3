import pytest

from inpaint_zoo.parallel import Processes, gather, joined_processes


def test_one_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined_processes() as processes:
        assert processes == Processes(0, 1)
        assert processes.is_first
        processes.wait()
        assert gather([1, 2]) == [1, 2]
