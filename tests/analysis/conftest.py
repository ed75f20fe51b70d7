"""A study that is played once, for tests that only read it or take back what they write."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from colortest.analysis.services import compute_fool_rates
from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from tests.analysis.test_fool_rates import LATE, play
from tests.cast import stage_study

PRACTICE = 3


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Study]:
    """With people who count, one who is excluded, one who is flagged, and a program. Played once for all tests of a
    module, each of which takes back what it writes.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield _play_all(stage_study(question="FAKE", min_catch_accuracy=0.0, practice_trials=PRACTICE, test_trials=10))
        transaction.set_rollback(True)


def _play_all(study: Study) -> Study:
    for fooled in (1, 4, 8):
        play(study, fooled=fooled)
    play(study, fooled=2, exposure=LATE)
    excluded = play(study, fooled=9)
    Participant.objects.filter(pk=excluded.pk).update(exclusion_reason="caught 0 of 4 catch trials, fewer than 50 %")
    play(study, fooled=3, simulated=True)
    play(study, fooled=5, rehearsal=True)
    unfinished = services.admit_participant(study=study)
    services.begin(participant=unfinished)
    compute_fool_rates(study=study)
    return study
