from dataclasses import replace
from itertools import combinations

import pytest
from tests.user_study.conftest import METHODS

from inpaint_zoo.errors import InputError
from inpaint_zoo.user_study.design import MOST_QUESTIONS, Size, design
from inpaint_zoo.user_study.key import DAMAGED, ORIGINAL


def test_best_has_a_question_for_every_image_with_all_methods(comparison):
    key = design(comparison, "best", Size(None, 2))
    assert sorted(question.image for question in key.questions) == list(range(10))
    assert all(sorted(question.pictures.values()) == sorted(METHODS) for question in key.questions)
    assert key.num_questions == 8  # two images are kept for attention checks


def test_pairs_have_one_for_every_image_and_pair(comparison):
    key = design(comparison, "pairs", Size(None, 1))
    asked = sorted((question.image, tuple(sorted(question.pictures.values()))) for question in key.questions)
    assert asked == [(image, pair) for image in range(10) for pair in combinations(METHODS, 2)]
    assert key.num_questions == MOST_QUESTIONS


def test_checks_have_as_many_pictures_and_the_largest_holes(comparison):
    for form, number in (("best", 3), ("pairs", 2)):
        key = design(comparison, form, Size(None, 2))
        names = list(comparison.records)
        assert sorted(names[check.image] for check in key.checks) == sorted(f"photograph_{n}.png" for n in range(5, 11))
        titles = [sorted(check.pictures.values()) for check in key.checks]
        assert titles == [[*[DAMAGED] * (number - 1), ORIGINAL]] * 6


def test_order_tells_nothing(comparison):
    orders = set()
    for _ in range(20):
        key = design(comparison, "best", Size(None, 2))
        asked = [*key.questions, *key.checks]
        assert all(list(question.pictures) == sorted(question.pictures) for question in asked)
        assert [question.id for question in key.questions] == sorted(question.id for question in key.questions)
        orders |= {tuple(question.pictures.values()) for question in key.questions}
    assert len(orders) == 6  # all of them


def test_no_token_comes_twice(comparison):
    keys = [design(comparison, "best", Size(None, 2)) for _ in range(2)]
    tokens = [token for key in keys for question in (*key.questions, *key.checks) for token in question.pictures]
    assert len(set(tokens)) == len(tokens)


def test_images_of_one_photograph_are_kept_apart(comparison):
    names = list(comparison.records)
    shared = {"photograph_10.png", "photograph_9.png", "photograph_8.png"}
    records = {
        name: {title: replace(own, photograph="one" if name in shared else name) for title, own in methods.items()}
        for name, methods in comparison.records.items()
    }
    key = design(comparison._replace(records=records), "best", Size(None, 2))
    checked = [key.images[check.image].photograph for check in key.checks]
    assert sorted(checked) == sorted(["one", *(f"photograph_{number}.png" for number in range(3, 8))])
    assert "photograph_10.png" in [names[check.image] for check in key.checks]
    assert key.num_questions == 10 - 3 - 1  # a voter may get the check of three images of one photograph


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (Size(9, 2), "num_questions=9 is more than the 8 that a voter can get"),
        (Size(None, 10), "num_checks=10 leaves nothing of 10 photographs to judge"),
        (Size(None, 11), "num_checks=11 leaves nothing"),
    ],
)
def test_too_few_images(comparison, size, message):
    with pytest.raises(InputError, match=message):
        design(comparison, "best", size)


def test_without_checks_every_image_can_be_judged(comparison):
    key = design(comparison, "best", Size(10, 0))
    assert (key.num_questions, key.checks) == (10, [])
