import os

import pytest

from inpaint_zoo.runtime.ranks import has_siblings, is_first_process, own_ranks

SLURM = {"SLURM_PROCID": "1", "SLURM_LOCALID": "1", "SLURM_NTASKS": "2", "SLURM_NTASKS_PER_NODE": "2"}
TORCHRUN = {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "x"}


@pytest.mark.parametrize("name", ["RANK", "LOCAL_RANK", "SLURM_PROCID", "NODE_RANK", "GROUP_RANK"])
def test_the_first_process_has_the_number_0_everywhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name, raising=False)
    assert is_first_process()
    monkeypatch.setenv(name, "0")
    assert is_first_process()
    monkeypatch.setenv(name, "1")
    assert not is_first_process()


@pytest.mark.parametrize("foreign", [SLURM, {"RANK": "3"}, {"RANK": "gold"}, {"LOCAL_RANK": "1"}, {"NODE_RANK": "2"}])
def test_a_training_of_one_process_is_the_first_whatever_its_number(
    foreign: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with own_ranks(is_alone=True):
        assert is_first_process()
        assert not has_siblings()
        assert not foreign.keys() & os.environ.keys()
    assert dict(os.environ) == before


@pytest.mark.parametrize(("variables", "is_alone"), [(SLURM, False), (TORCHRUN, False), (TORCHRUN, True)])
def test_processes_that_were_started_together_keep_their_numbers(
    variables: dict[str, str], is_alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with own_ranks(is_alone):
        assert not is_first_process()
        assert has_siblings()


def test_a_rank_without_a_number_of_processes_is_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with own_ranks(is_alone=False):
        assert is_first_process()
    assert not is_first_process()
