import numpy as np
from tests.user_study.conftest import ballot

from inpaint_zoo.user_study.answers import Ballot
from inpaint_zoo.user_study.votes import votes_of


def test_votes_say_who_chose_what_of_what(key):
    ballots = [Ballot.model_validate(ballot(key, seed, min)) for seed in range(3)]
    votes = votes_of(ballots, key)
    checks = {check.id for check in key.checks}
    answers = [(voter, own) for voter, each in enumerate(ballots) for own in each.answers if own.question not in checks]
    assert len(answers) == len(votes.chosen) == 3 * key.num_questions
    photographs = sorted(image.photograph for image in key.images)
    for row, (voter, answer) in enumerate(answers):
        question = key.questions[votes.questions[row]]
        assert question.id == answer.question
        assert votes.crossed.people[row] == voter
        assert votes.images[row] == question.image
        assert photographs[votes.crossed.photographs[row]] == key.images[question.image].photograph
        offered = [key.methods[m] for m in np.flatnonzero(votes.offered[row])]
        assert offered == sorted(question.pictures.values())
        assert key.methods[votes.chosen[row]] == question.pictures[answer.chosen] == min(offered)
        assert answer.shown[votes.places[row]] == answer.chosen
