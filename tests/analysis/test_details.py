"""Sensitivity in a report on single images, where nothing shows both a fake and its photo."""

from itertools import cycle
from statistics import NormalDist

import pytest

from colortest.experiment.models import Trial
from tests.analysis.test_reports import choose, report_on, second_algorithm
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

SINGLE = {"presentation": "SINGLE", "question": "EITHER", "catch_share": 0.0, "min_catch_accuracy": 0.0}


def test_single_images_are_told_by_hits_and_false_alarms(make_study: MakeStudy) -> None:
    study = make_study(**SINGLE)
    for _ in range(3):
        choose(study, lambda trial: trial.position % 4 == 0)
    content = report_on(study)
    assert content["detection"]["task"] == "YES_NO"
    assert content["overall"]["countable"] < 120  # photos cannot fool
    for row in content["detection"]["rows"]:
        assert row["unbiased"] is None
        assert row["d_prime"]["value"] == pytest.approx(2 * 0.674, abs=0.7)


def test_where_each_sees_one_algorithm_false_alarms_are_those_of_the_same_people(make_study: MakeStudy) -> None:
    study = second_algorithm(make_study(**SINGLE, assignment="BETWEEN", open_it=False))
    turns = cycle([True, False])

    def decide(trial: Trial) -> bool:
        """All take half of the fakes for real; those who see Grey take every photo for a fake, the others none."""
        is_photo = trial.real_side == "LEFT"
        return trial.colorization.algorithm.slug == "grey" if is_photo else next(turns)

    for _ in range(4):
        choose(study, decide)
    rows = report_on(study)["detection"]["rows"]
    assert len(rows) == 4
    z = NormalDist().inv_cdf
    for row in rows:
        trials = Trial.objects.filter(
            kind="TEST", colorization__algorithm__slug=row["algorithm"], colorization__photo__split=row["split"]
        )
        photos, fakes = trials.filter(real_side="LEFT").count(), trials.filter(real_side="RIGHT").count()
        hits = trials.filter(real_side="RIGHT", response__chosen_side="RIGHT").count()
        assert trials.values("participant").distinct().count() == 2
        # All or none of the photos: ½ is added to each cell. Over everybody's photos half were, and d′ would be near 0.
        alarm = z(((photos if row["algorithm"] == "grey" else 0) + 0.5) / (photos + 1))
        assert abs(alarm) > 1.5
        assert row["d_prime"]["value"] == pytest.approx(z((hits + 0.5) / (fakes + 1)) - alarm)
