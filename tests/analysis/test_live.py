"""The live page of a running study, from real rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from colortest.analysis import live
from colortest.analysis.monitoring import Verdict
from colortest.analysis.services import compute_fool_rates
from colortest.analysis.services.reports import store_report
from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.analysis.test_fool_rates import GOOD, LATE, OTHER, play
from tests.cast import MakeStudy, colour

pytestmark = pytest.mark.django_db

ADDRESS = "/studies/sunday-study/live/"
ASKED = {"headers": {"HX-Request": "true"}}


def arrived(study: Study, **columns: object) -> Participant:
    """Somebody who agreed, with these columns."""
    person = services.admit_participant(study=study)
    Participant.objects.filter(pk=person.pk).update(**columns)
    person.refresh_from_db()
    return person


def checked(study: Study, **columns: object) -> Participant:
    """Somebody who came as far as the instructions."""
    return arrived(study, **{"window_width": 1280, "window_height": 800, "vision": "TYPICAL", **columns})


def answered(study: Study, count: int, **columns: object) -> Participant:
    """Somebody who responded to so many trials."""
    person = checked(study)
    services.begin(participant=person)
    for trial in person.trials.all()[:count]:
        services.record_response(trial=trial, chosen_side=trial.real_side, rt_ms=500, exposure=GOOD)
    Participant.objects.filter(pk=person.pk).update(**columns)
    person.refresh_from_db()
    return person


def table(study: Study) -> dict[str, tuple[int, int, int, int | None]]:
    """Step → here, left, screened out, withdrew."""
    places = live.whereabouts(study, now=timezone.now()).places
    return {place.label: (place.here, place.left, place.screened_out, place.withdrew) for place in places}


def long_ago() -> object:
    return timezone.now() - timedelta(minutes=6)


def test_everybody_is_counted_once_at_the_step_they_are_at(make_study: MakeStudy) -> None:
    study = make_study(colour_vision="RECORD")
    arrived(study)
    arrived(study, window_width=1280)
    checked(study)
    answered(study, 0)
    answered(study, 9)
    answered(study, 10)
    answered(study, 33)
    play(study, fooled=3)
    found = live.whereabouts(study, now=timezone.now())
    assert {place.label: place.here for place in found.places} == {
        "Screen check": 1,
        "Colour vision": 1,
        "Instructions": 1,
        "Practice": 2,
        "Test": 2,
    }
    assert [(position.trial, position.of) for position in found.positions] == [(1, 40), (24, 40)]
    assert (found.here, found.left, found.screened_out, found.withdrew) == (7, 0, 0, 0)


def test_who_was_not_heard_of_for_minutes_has_left(study: Study) -> None:
    checked(study, last_seen=long_ago())
    answered(study, 20, last_seen=long_ago())
    answered(study, 20)
    assert table(study)["Instructions"][:2] == (0, 1)
    assert table(study)["Test"][:2] == (1, 1)
    assert len(live.whereabouts(study, now=timezone.now()).positions) == 1


def test_a_step_that_the_study_leaves_out_is_no_row(make_study: MakeStudy) -> None:
    study = make_study(colour_vision="SKIP")
    arrived(study, window_width=1280)
    assert list(table(study)) == ["Screen check", "Instructions", "Practice", "Test"]
    assert table(study)["Instructions"][0] == 1


def test_who_was_sent_away_is_neither_here_nor_gone(make_study: MakeStudy) -> None:
    study = make_study(colour_vision="SCREEN_OUT")
    arrived(study, ending="SCREENED_OUT")
    arrived(study, window_width=1280, vision="DIFFERENT", ending="SCREENED_OUT")
    answered(study, 10, ending="SCREENED_OUT")
    assert {step: numbers[:3] for step, numbers in table(study).items() if any(numbers[:3])} == {
        "Screen check": (0, 0, 1),
        "Colour vision": (0, 0, 1),
        "Test": (0, 0, 1),
    }


def test_who_withdrew_stays_as_a_number_at_the_step_they_had_reached(make_study: MakeStudy) -> None:
    study = make_study(colour_vision="RECORD")
    for person in (arrived(study), answered(study, 20), play(study, fooled=1)):
        services.withdraw(participant=person)
    assert [numbers[3] for numbers in table(study).values()] == [1, 0, 0, None, 1]
    found = live.whereabouts(study, now=timezone.now())
    assert (found.withdrew_after, found.withdrew) == (1, 3)


def test_simulated_participants_and_rehearsals_are_in_no_number(study: Study, researcher: Client) -> None:
    play(study, fooled=36, simulated=True)
    play(study, fooled=36, rehearsal=True)
    services.admit_participant(study=study, simulated=True)
    services.admit_participant(study=study, rehearsal=True)
    services.withdraw(participant=services.admit_participant(study=study, simulated=True))
    found = live.whereabouts(study, now=timezone.now())
    assert (found.here, found.left, found.withdrew) == (0, 0, 0)
    assert {arm.countable for arm in live.arms(study)} == {0}
    assert live.forecast(study, now=timezone.now()).completed == 0
    assert live.checks(study).excluded.of == 0
    page = researcher.get(ADDRESS).content.decode()
    assert "2 simulated participants (1 finished) and\n    2 rehearsals" in page


def test_the_arms_tell_how_far_they_are_to_the_quota(make_study: MakeStudy) -> None:
    study = make_study(quota=4)
    play(study, fooled=5)
    play(study, fooled=5, exposure=LATE)
    assert [(arm.algorithm, arm.split, arm.countable, arm.target) for arm in live.arms(study)] == [
        ("Grey", "test", 18, 72),
        ("Grey", "train", 18, 72),
    ]
    forecast = live.forecast(study, now=timezone.now())
    assert (forecast.completed, forecast.missing, forecast.time_left) == (2, 2, "")


def test_an_arm_whose_exposures_fail_is_named(study: Study, researcher: Client) -> None:
    for _ in range(3):
        person = services.admit_participant(study=study)
        services.begin(participant=person)
        for trial in person.trials.select_related("colorization__photo"):
            failed = trial.kind == "TEST" and trial.colorization.photo.split == "train"
            exposure = LATE if failed else GOOD
            services.record_response(trial=trial, chosen_side=trial.real_side, rt_ms=500, exposure=exposure)
    page = researcher.get(ADDRESS).content.decode()
    assert "Grey × train falls behind:</strong> 0 countable" in page
    assert "Grey × test falls behind" not in page


def two_arms(make_study: MakeStudy, quota: int = 3) -> Study:
    """Each person sees one of two algorithms."""
    draft = make_study(open_it=False)
    blue = register_method(
        slug="blue", name="Blue", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.RANDOM_COLOUR
    )
    colour(draft.test_set, blue)
    both = [*draft.under_test(), blue]
    study = services.create_study(
        title="Two", test_set=draft.test_set, splits=["test", "train"], algorithms=both, preset="zhang-2016"
    )
    Study.objects.filter(pk=study.pk).update(question="REAL", reserve_share=0, quota=quota)
    study.refresh_from_db()
    return services.open_study(study=study)


def test_where_each_sees_one_algorithm_people_are_counted_by_it(make_study: MakeStudy, researcher: Client) -> None:
    study = two_arms(make_study)
    for _ in range(3):
        play(study, fooled=1)
    services.admit_participant(study=study)
    found = live.algorithms(study)
    assert sorted((progress.completed, progress.here) for progress in found) in ([(1, 1), (2, 0)], [(1, 0), (2, 1)])
    assert live.forecast(study, now=timezone.now()).missing == 3
    assert {arm.target for arm in live.arms(study)} == {54}
    assert "People by algorithm" in researcher.get(f"/studies/{study.slug}/live/").content.decode()


def short_study(make_study: MakeStudy, **columns: object) -> Study:
    """Two test trials and two catch trials, so that many people can play it."""
    return make_study(**{"practice_trials": 0, "test_trials": 4, "catch_share": 0.5, "quota": 0, **columns})


def played(study: Study, *, attentive: bool = True, late: bool = False) -> Participant:
    """A finished run, excluded by its catch trials or not."""
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    exposure = LATE if late else GOOD
    for trial in person.trials.all():
        wrong = trial.kind == "CATCH" and not attentive
        side = OTHER[trial.real_side] if wrong else trial.real_side
        services.record_response(
            trial=trial, chosen_side=side, rt_ms=500, exposure=exposure if trial.kind == "TEST" else GOOD
        )
    person.refresh_from_db()
    return person


def test_a_jump_of_exclusions_is_told_and_a_steady_share_is_not(make_study: MakeStudy, researcher: Client) -> None:
    study = short_study(make_study)
    for number in range(40):
        played(study, attentive=number % 10 > 0)
    found = live.checks(study)
    assert (found.excluded.count, found.excluded.of) == (4, 40)
    assert found.exclusions.verdict is Verdict.STEADY
    assert "More people are excluded than before" not in researcher.get(ADDRESS).content.decode()
    for number in range(20):
        played(study, attentive=number % 2 > 0)
    page = researcher.get(ADDRESS).content.decode()
    assert "More people are excluded than before:</strong> 50 % of the last" in page
    assert "More trials are flagged than before" not in page


def test_a_jump_of_flagged_trials_is_told(make_study: MakeStudy, researcher: Client) -> None:
    study = short_study(make_study)
    for number in range(40):
        played(study, late=number >= 20)
    page = researcher.get(ADDRESS).content.decode()
    assert "More trials are flagged than before:</strong> 100 %" in page
    assert "More people are excluded than before" not in page
    compute_fool_rates(study=study)
    store_report(study=study)
    results = researcher.get("/studies/sunday-study/results/").content.decode()
    assert "More test trials are flagged than before: 100 % with the last 20 people, 0 % with" in results
    assert "More people are excluded than before" not in results


def test_before_forty_people_nobody_knows(make_study: MakeStudy, researcher: Client) -> None:
    study = short_study(make_study)
    played(study)
    page = researcher.get(ADDRESS).content.decode()
    assert "not known: 1 people could be judged, and it takes 40" in page


def test_who_could_not_be_checked_is_no_exclusion_and_no_pass(make_study: MakeStudy) -> None:
    """All catch trials of theirs were flagged, or the study has no rule at all."""
    study = short_study(make_study)
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    for trial in person.trials.all():
        services.record_response(trial=trial, chosen_side=trial.real_side, rt_ms=500, exposure=LATE)
    assert live.checks(study).exclusions.judged == 0
    played(study)
    assert live.checks(study).exclusions.judged == 1
    assert live.checks(study).flags.judged == 2


def test_without_rules_nobody_is_judged(make_study: MakeStudy) -> None:
    study = short_study(make_study, min_catch_accuracy=0.0)
    played(study, attentive=False)
    assert live.checks(study).exclusions.judged == 0


def test_the_time_to_the_quota_goes_by_the_pace(make_study: MakeStudy, researcher: Client) -> None:
    study = short_study(make_study, quota=12)
    now = timezone.now()
    for minutes in (30, 20, 10):
        person = played(study)
        Participant.objects.filter(pk=person.pk).update(finished=now - timedelta(minutes=minutes))
    assert live.forecast(study, now=now) == live.Forecast(3, 9, "about 2 hours")
    assert "The quota needs about 2 hours more" in researcher.get(ADDRESS).content.decode()


def test_htmx_gets_the_numbers_and_the_whole_page_when_the_study_was_paused(study: Study, researcher: Client) -> None:
    part = researcher.get(f"{ADDRESS}?status=OPEN", **ASKED).content.decode()
    assert part.lstrip().startswith(f'<div class="stack" id="live" hx-get="{ADDRESS}?status=OPEN"')
    services.pause_study(study=study)
    assert researcher.get(f"{ADDRESS}?status=OPEN", **ASKED).headers["HX-Refresh"] == "true"


def test_a_study_is_paused_and_goes_on_from_here_and_both_are_in_the_log(study: Study, researcher: Client) -> None:
    for action, status in (("pause", "PAUSED"), ("open", "OPEN"), ("pause", "PAUSED"), ("close", "CLOSED")):
        page = researcher.post(f"/studies/sunday-study/{action}/", {"from": "live"}, follow=True)
        assert page.request["PATH_INFO"] == ADDRESS
        study.refresh_from_db()
        assert study.status == status
    shown = page.content.decode()
    for done in ("Paused on", "Opened again after a pause on", "Closed on"):
        assert done in shown
    assert shown.count("by ruth") == 4
    assert researcher.post("/studies/sunday-study/pause/").headers["Location"] == "/studies/sunday-study/"


def test_of_a_draft_there_is_nobody_to_see(make_study: MakeStudy, researcher: Client) -> None:
    make_study(open_it=False)
    page = researcher.get(ADDRESS).content.decode()
    assert "has not opened yet" in page
    assert "hx-get" not in page


def test_no_secret_of_a_participant_is_on_the_page(study: Study, researcher: Client) -> None:
    person = answered(study, 12)
    page = researcher.get(ADDRESS).content.decode()
    assert f"participant {person.number}: trial 3 of 40" in page
    assert person.code not in page


def test_more_people_ask_no_more_of_the_database(study: Study) -> None:
    asked = []
    for _ in range(2):
        answered(study, 12)
        play(study, fooled=1)
        with CaptureQueriesContext(connection) as queries:
            live.whereabouts(study, now=timezone.now())
            live.checks(study)
        asked.append(len(queries))
    assert asked[0] == asked[1]
