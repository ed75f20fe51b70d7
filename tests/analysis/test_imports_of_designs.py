"""Studies of other designs come back as they were."""

import pytest

from colortest.analysis.services import compute_fool_rates
from colortest.experiment import services
from tests.analysis.test_fool_rates import LATE, play
from tests.analysis.test_imports import rates, take, tidy
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db


def test_the_protocol_is_what_the_file_says(make_study: MakeStudy) -> None:
    study = make_study(exposures_ms=[700, 1300], blocks=2, practice_trials=4, test_trials=30, question="FAKE")
    play(study, fooled=3)
    old = take(study, tidy(study))
    said = ("exposures_ms", "blocks", "practice_trials", "test_trials", "catch_share", "question", "seed", "splits")
    for name in said:
        assert getattr(old, name) == getattr(study, name), name
    assert set(old.algorithms.all()) == set(study.algorithms.all())
    assert (old.min_catch_accuracy, old.quota, old.retention_days) == (0, 0, 0)
    assert old.events.get().what == "IMPORTED"


def test_single_images_come_back_too(make_study: MakeStudy) -> None:
    study = make_study(presentation="SINGLE", question="EITHER", catch_share=0.0)
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    for number, trial in enumerate(person.trials.all()):
        one = LATE.__class__(500, 1000, None, None, 60, 17, 16.7, False, False, 0, 0)
        side = "LEFT" if number % 3 else "RIGHT"
        services.record_response(trial=trial, chosen_side=side, rt_ms=500, exposure=one)
    compute_fool_rates(study=study)
    assert rates(take(study, tidy(study))) == rates(study)
