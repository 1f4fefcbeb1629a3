import copy
import json
import re

import numpy as np
import pytest
from tests.user_study.conftest import ballot, luce

from inpaint_zoo.errors import InputError
from inpaint_zoo.user_study.answers import MAX_BYTES, collect


def voter(key, seed, **options):
    return ballot(key, seed, luce(np.random.default_rng(seed)), **options)


def test_voters_are_counted_in_any_order_of_files(key, send):
    paths = [send(voter(key, seed)) for seed in range(4)]
    found = collect(paths, key)
    assert len(found.ballots) == 4
    assert found == collect(paths[::-1], key)
    assert found[1:] == (0, 0)


def test_who_fails_an_attention_check_is_left_out_and_counted(key, send):
    paths = [send(voter(key, seed, attentive=seed != 2)) for seed in range(4)]
    found = collect(paths, key)
    assert (len(found.ballots), found.num_inattentive) == (3, 1)
    assert voter(key, 2)["voter"] not in [own.voter for own in found.ballots]


def test_one_wrong_check_of_two_is_enough(key, send):
    content = voter(key, 0)
    wrong = voter(key, 0, attentive=False)
    checks = {check.id for check in key.checks}
    place = next(place for place, answer in enumerate(content["answers"]) if answer["question"] in checks)
    content["answers"][place] = wrong["answers"][place]
    assert collect([send(content)], key).num_inattentive == 1


def test_a_file_that_was_sent_twice_counts_once(key, send):
    content = voter(key, 0)
    found = collect([send(content), send(content, "answers (1).json"), send(voter(key, 1))], key)
    assert (len(found.ballots), found.num_repeated) == (2, 1)


def test_two_files_of_one_voter_that_differ_are_refused(key, send):
    content = voter(key, 0)
    changed = copy.deepcopy(content)
    answer = changed["answers"][-1]
    answer["chosen"] = next(token for token in answer["shown"] if token != answer["chosen"])
    with pytest.raises(InputError, match=re.escape("b.json are of one voter, but differ")):
        collect([send(content, "a.json"), send(changed, "b.json")], key)


def last(**changes):
    return lambda content: content["answers"][-1].update(changes)


FAULTS = {
    "it belongs to study 00000000": lambda content: content.update(study="0" * 16),
    "it has 9 answers, 2 of them": lambda content: content["answers"].pop(),
    "it has 9 answers, 1 of them": lambda content: content["answers"].pop(0),
    "it answers a question twice": lambda content: content["answers"].append(content["answers"][-1]),
    "the study has no question 0000": last(question="0" * 16),
    "has other pictures": last(chosen="0" * 16),
    "question [0-9a-f]{16} has other": last(shown=["0" * 16, "1" * 16]),
    r"answers\[9\].seconds": last(seconds=-1.0),
    r"answers\[9\].chosen must be a string": last(chosen=3),
    r"answers\[9\].shown must be a list": last(shown="x"),
    r"answers\[9\].question is '../../x'": last(question="../../x"),
    "voter is '<script>": lambda content: content.update(voter="<script>"),
    "has no answers": lambda content: content.pop("answers"),
    "kind is": lambda content: content.update(kind="study key"),
}


@pytest.mark.parametrize("message", FAULTS)
def test_a_fault_is_one_line_that_names_the_file(message, key, send):
    content = voter(key, 0)
    FAULTS[message](content)
    with pytest.raises(InputError, match=message) as caught:
        collect([send(voter(key, 1)), send(content, "bad one.json")], key)
    assert str(caught.value).startswith("answers: ")
    assert "bad one.json cannot be counted" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "[1, 2", "null", "[]", '{"kind": NaN}', "[" * 100_000, '{"a": 1, "a": 2}', " " * (MAX_BYTES + 1)]
)
def test_files_that_are_no_answers_are_refused(text, key, send):
    with pytest.raises(InputError, match=r"x\.json cannot be counted"):
        collect([send(text, "x.json")], key)


def test_a_missing_file_is_named(key, tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.json"):
        collect([tmp_path / "nowhere.json"], key)


def test_whole_seconds_are_numbers_too(key, send):
    content = voter(key, 0)
    last(seconds=2)(content)
    assert collect([send(json.dumps(content), "a.json")], key).ballots[0].answers[-1].seconds == 2
