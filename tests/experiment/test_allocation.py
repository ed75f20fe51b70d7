"""Everybody's trials together: shared out evenly over who finished and who is still there."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from colortest.experiment import services
from colortest.experiment.models import Participant, Response, Study, Trial
from colortest.experiment.services.allocation import pairs_of, with_shown
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.cast import MakeStudy, colour
from tests.experiment.test_run import respond, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_algorithms(make_study: MakeStudy) -> Study:
    """Open; each participant sees one of two."""
    draft = make_study(open_it=False)
    other = register_method(slug="other", name="Other", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.GREY)
    colour(draft.test_set, other)
    draft.arms.create(algorithm=other)
    Study.objects.filter(pk=draft.pk).update(assignment="BETWEEN", practice_trials=2, test_trials=20)
    return services.open_study(study=Study.objects.get(pk=draft.pk))


def seen(study: Study) -> set[int]:
    pairs = with_shown(study, pairs_of(study)[0], simulated=False)
    return {pair.colorization for pair in pairs if pair.seen}


def unheard_of(**ago: float) -> None:
    Participant.objects.update(last_seen=timezone.now() - timedelta(**ago))


def test_whose_page_is_closed_for_some_minutes_gives_the_places_back(study: Study) -> None:
    person = services.admit_participant(study=study)
    shown = set(person.trials.filter(kind="TEST").values_list("colorization", flat=True))
    assert seen(study) == shown
    unheard_of(minutes=4)
    assert seen(study) == shown
    unheard_of(minutes=6)
    assert seen(study) == set()


def test_an_open_page_keeps_the_places_and_who_comes_back_has_them_again(
    client: Client, participant: Participant, study: Study
) -> None:
    trial = state_of(client, participant)["upcoming"][0]
    signs = (
        lambda: client.post(f"/take/{participant.code}/heartbeat/"),
        lambda: state_of(client, participant),
        lambda: client.get(f"/take/{participant.code}/"),
        lambda: respond(client, trial),
    )
    for sign_of_life in signs:
        unheard_of(minutes=6)
        assert seen(study) == set()
        sign_of_life()
        assert len(seen(study)) == 36


def test_a_heartbeat_is_written_down_a_few_times_a_minute_at_most(client: Client, participant: Participant) -> None:
    before = Participant.objects.get().last_seen
    client.post(f"/take/{participant.code}/heartbeat/")
    assert Participant.objects.get().last_seen == before


def test_every_page_of_a_run_lets_the_site_hear_that_it_is_open(client: Client, study: Study) -> None:
    person = services.admit_participant(study=study)
    heard = f'data-heartbeat-url="/take/{person.code}/heartbeat/"'.encode()
    assert heard in client.get(f"/take/{person.code}/").content
    services.begin(participant=person)
    assert heard in client.get(f"/take/{person.code}/").content


@pytest.mark.parametrize(
    "change",
    [
        {"started": "now", "finished": "now", "ending": "FAILED_ATTENTION", "exclusion_reason": "caught none"},
        {"ending": "SCREENED_OUT"},
        {"rehearsal": True},
        {"simulated": True},
    ],
)
def test_who_is_excluded_screened_out_or_no_participant_at_all_takes_no_place(
    study: Study, change: dict[str, object]
) -> None:
    services.admit_participant(study=study)
    now = timezone.now()
    Participant.objects.update(**{name: now if value == "now" else value for name, value in change.items()})
    assert seen(study) == set()


def test_a_trial_whose_exposure_failed_is_given_back_and_the_one_in_its_stead_counts(
    client: Client, make_study: MakeStudy
) -> None:
    study = make_study(practice_trials=0, test_trials=4, catch_share=0.0, reserve_share=0.25)
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    first, *others, reserve = person.trials.order_by("position")
    respond(client, state_of(client, person)["upcoming"][0], leftExposureMs=1500.0)
    assert seen(study) == {trial.colorization_id for trial in others}
    while state_of(client, person)["upcoming"]:
        respond(client, state_of(client, person)["upcoming"][0])
    assert Response.objects.filter(trial=reserve).exists()
    assert seen(study) == {trial.colorization_id for trial in (*others, reserve)}
    assert first.colorization_id not in seen(study)


def test_each_participant_sees_one_algorithm_and_all_are_seen_by_as_many(two_algorithms: Study) -> None:
    for number in range(1, 8):
        person = services.admit_participant(study=two_algorithms)
        tested = person.trials.filter(kind="TEST").values_list("colorization__algorithm", flat=True)
        assert set(tested) == {person.algorithm_id}
        taken = Counter(two_algorithms.participants.values_list("algorithm", flat=True))
        assert max(taken.values()) - min(taken.values()) <= number % 2


def test_an_algorithm_whose_participant_left_is_the_next_one_s(two_algorithms: Study) -> None:
    runs = [services.admit_participant(study=two_algorithms) for _ in range(4)]
    unheard_of(minutes=6)
    stayed = [run for run in runs if run.algorithm_id == runs[0].algorithm_id]
    Participant.objects.filter(pk__in=[run.pk for run in stayed]).update(last_seen=timezone.now())
    newcomers = [services.admit_participant(study=two_algorithms) for _ in range(2)]
    assert {run.algorithm_id for run in newcomers} == {run.algorithm_id for run in runs} - {runs[0].algorithm_id}


def test_simulated_participants_are_shared_out_among_themselves(two_algorithms: Study) -> None:
    people = [services.admit_participant(study=two_algorithms) for _ in range(3)]
    programs = [services.admit_participant(study=two_algorithms, simulated=True) for _ in range(2)]
    assert len({run.algorithm_id for run in programs}) == 2
    assert len({run.algorithm_id for run in people}) == 2


def test_over_participants_photos_and_sides_stay_even(study: Study) -> None:
    for _ in range(5):
        services.admit_participant(study=study)
        rows = Trial.objects.filter(kind="TEST").values_list("colorization", "colorization__photo__split", "real_side")
        shown = {split: Counter(pk for pk, of, _ in rows if of == split) for split in study.splits}
        for counts in shown.values():
            assert max(counts.values()) - (min(counts.values()) if len(counts) == 30 else 0) <= 1
        lean = Counter({pk: 0 for pk, _, _ in rows})
        for pk, _, side in rows:
            lean[pk] += 1 if side == "LEFT" else -1
        assert max(map(abs, lean.values())) <= 1
