"""A study takes as many people as it asked for, and nobody beyond."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from colortest.experiment import services
from colortest.experiment.models import Participant
from colortest.stimuli.models import Algorithm
from tests.cast import MakeStudy
from tests.experiment.test_ethics import SHORT, play
from tests.experiment.test_recruitment import LANDING, agree, set_completion, templates

pytestmark = pytest.mark.django_db


def test_a_full_study_takes_nobody_new_and_stores_nothing(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=2)
    set_completion(study, "OVER_QUOTA", code="FULL7", text="Please return the submission.")
    play(study)
    services.admit_participant(study=study)
    for page in (client.get(LANDING), client.post(LANDING, {"agree": "on"})):
        assert "experiment/over_quota.html" in templates(page)
        said = page.content.decode()
        assert "FULL7" in said
        assert "Please return the submission." in said
    assert study.participants.count() == 2


def test_a_study_that_fills_while_the_form_is_read_says_so(client: Client, make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=1)
    assert "experiment/consent.html" in templates(client.get(LANDING))
    services.admit_participant(study=study)
    with pytest.raises(services.OverQuota):
        services.admit_participant(study=study)
    assert "experiment/over_quota.html" in templates(client.post(LANDING, {"agree": "on"}))


def test_who_has_a_place_in_a_full_study_keeps_it(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=1, recruiter="PANEL")
    run = agree(Client(), id="one")
    assert Client().get(LANDING, {"id": "one"}, follow=True).request["PATH_INFO"] == run
    assert services.admit_participant(study=study, outside_id="one").code == run.split("/")[2]


def test_only_people_who_count_take_places(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=2)
    play(study)
    Participant.objects.update(exclusion_reason="asked to")
    services.admit_participant(study=study, simulated=True)
    services.admit_participant(study=study, rehearsal=True)
    services.admit_participant(study=study)
    Participant.objects.filter(finished=None, simulated=False, rehearsal=False).update(last_seen="2020-01-01T00:00Z")
    assert not services.is_full(study)
    play(study)
    assert not services.is_full(study)
    play(study)
    assert services.is_full(study)


def test_where_each_person_sees_one_algorithm_the_quota_is_of_each(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=1, assignment="BETWEEN", open_it=False)
    grey = study.under_test().get()
    second = Algorithm.objects.create(slug="second", name="Second", kind=grey.kind, method=grey.method)
    for one in study.pairs().filter(algorithm=grey):
        one.pk, one.algorithm = None, second
        one.save()
    study.arms.create(algorithm=second)
    services.open_study(study=study)
    first = services.admit_participant(study=study)
    assert not services.is_full(study)
    other = services.admit_participant(study=study)
    assert {first.algorithm, other.algorithm} == {grey, second}
    assert services.is_full(study)


def test_without_a_quota_there_is_always_room(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=0)
    play(study)
    assert not services.is_full(study)


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once_however_many_come_at_once(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, quota=3)

    def arrive(_: int) -> bool:
        try:
            services.admit_participant(study=study)
            return True
        except services.OverQuota:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        admitted = list(pool.map(arrive, range(10)))
    assert admitted.count(True) == study.participants.count() == 3
