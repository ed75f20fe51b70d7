"""Fool rates that keep up: whatever happens in whatever order, they are what counting everything anew gives."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import StringIO
from unittest.mock import Mock

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.forms import model_to_dict

from colortest.analysis.models import FoolRate, Sums, Tally, Unsummed, Untallied
from colortest.analysis.services import (
    compute_fool_rates,
    fool_rates,
    recompute_fool_rates,
    stale,
    tallies,
)
from colortest.analysis.services.reports import erase_expired
from colortest.experiment import services
from colortest.experiment.models import Participant, Response, Study
from tests.analysis.test_fool_rates import LATE, play, rates
from tests.cast import MakeStudy
from tests.experiment.test_ethics import long_ago

pytestmark = pytest.mark.django_db

SHORT = {"practice_trials": 0, "test_trials": 8, "catch_share": 0.0}


@pytest.fixture
def short(make_study: MakeStudy) -> Study:
    return make_study(**SHORT)


def numbers(study: Study) -> list[dict[str, object]]:
    """Everything that is stored about the fool rates of a study, but when it was computed and the numbers of rows."""
    stored = study.fool_rates.select_related("sums").order_by("algorithm", "split", "simulated", "asked_ms")
    return [
        {
            **model_to_dict(rate, exclude=["id", "computed"]),
            **{name: bytes(getattr(rate.sums, name)) for name in ("draws", "photos", "people")},
        }
        for rate in stored
    ]


def are_as_if_counted_anew(study: Study) -> bool:
    kept_up = numbers(study)
    recompute_fool_rates(study=study)
    return kept_up == numbers(study)


def test_who_finishes_is_added_and_everything_is_as_if_counted_anew(short: Study) -> None:
    for fooled in (1, 5, 3):
        play(short, fooled=fooled)
        compute_fool_rates(study=short)
    assert sum(rate.fooled for rate in rates(short).values()) == 9
    assert are_as_if_counted_anew(short)


def test_only_who_is_new_is_read(short: Study) -> None:
    """The first participant's tallies are falsified after they were summed: nobody looks at them again."""
    play(short, fooled=0)
    compute_fool_rates(study=short)
    Tally.objects.update(fooled=[True] * 4)
    play(short, fooled=8)
    compute_fool_rates(study=short)
    assert {(rate.fooled, rate.countable) for rate in rates(short).values()} == {(4, 8)}
    recompute_fool_rates(study=short)
    assert {(rate.fooled, rate.countable) for rate in rates(short).values()} == {(4, 8)}


def test_who_withdraws_is_taken_out(short: Study) -> None:
    play(short, fooled=2)
    goes = play(short, fooled=8)
    compute_fool_rates(study=short)
    services.withdraw(participant=goes)
    assert short in stale()
    compute_fool_rates(study=short)
    assert sum(rate.fooled for rate in rates(short).values()) == 2
    assert are_as_if_counted_anew(short)


def test_who_is_excluded_afterwards_is_taken_out_and_can_come_back(short: Study) -> None:
    play(short, fooled=2)
    doubtful = Participant.objects.filter(pk=play(short, fooled=8).pk)
    compute_fool_rates(study=short)
    for reason, fooled in (("asked to", 2), ("", 10)):
        doubtful.update(exclusion_reason=reason)
        assert short in stale()
        compute_fool_rates(study=short)
        found = rates(short).values()
        assert sum(rate.fooled for rate in found) == fooled
        assert {(rate.participants_before, rate.countable_before) for rate in found} == {(2, 8)}
        assert sum(rate.fooled_before for rate in found) == 10
        assert are_as_if_counted_anew(short)


def test_excluded_and_flagged_responses_are_told_apart(short: Study) -> None:
    excluded = play(short, fooled=8)
    Participant.objects.filter(pk=excluded.pk).update(exclusion_reason="asked to")
    play(short, fooled=8, exposure=LATE)
    play(short, fooled=0)
    compute_fool_rates(study=short)
    for rate in rates(short).values():
        assert (rate.fooled, rate.countable, rate.participants) == (0, 4, 1)
        assert (rate.fooled_before, rate.countable_before, rate.participants_before) == (4, 8, 2)


def test_simulated_participants_are_kept_apart_when_they_are_added(short: Study) -> None:
    for simulated in (False, True, False, True):
        play(short, fooled=8 if simulated else 0, simulated=simulated)
        compute_fool_rates(study=short)
    assert [(rate.rate, rate.participants) for rate in rates(short).values()] == [(0, 2), (0, 2)]
    assert [(rate.rate, rate.participants) for rate in rates(short, simulated=True).values()] == [(1, 2), (1, 2)]
    assert are_as_if_counted_anew(short)


def test_each_exposure_has_its_fool_rate_where_there_are_several(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, exposures_ms=[500, 1000])
    for _ in range(2):
        play(study, fooled=8)
        compute_fool_rates(study=study)
    together, apart = study.fool_rates.of_people(), study.fool_rates.by_exposure()
    assert {rate.asked_ms for rate in apart} == {500, 1000}
    for rate in together:
        parts = [part for part in apart if part.split == rate.split]
        assert sum(part.countable for part in parts) == rate.countable
        whole = sum((part.sums.arm.draws.countable for part in parts), start=np.zeros(10_000, np.int64))
        assert (whole == rate.sums.arm.draws.countable).all()
    assert are_as_if_counted_anew(study)


def test_sums_tell_what_each_photo_and_each_participant_adds(short: Study) -> None:
    play(short, fooled=8)
    play(short, fooled=0)
    compute_fool_rates(study=short)
    responses = Response.objects.countable().with_fooled()
    for rate in short.fool_rates.of_people():
        arm = rate.sums.arm
        assert arm.people.tolist() == [[0, 4, 1], [4, 4, 1]]
        for photo, fooled, countable in arm.photos.tolist():
            seen = [one.fooled for one in responses.filter(trial__colorization__photo=photo)]
            assert (sum(seen), len(seen)) == (fooled, countable)


def test_a_fool_rate_has_three_intervals_and_says_which(short: Study) -> None:
    for fooled in (8, 1, 4):
        play(short, fooled=fooled)
    compute_fool_rates(study=short)
    for rate in short.fool_rates.of_people():
        assert rate.method == "crossed bootstrap 95 %"
        assert rate.low <= rate.wilson_low < rate.rate < rate.wilson_high <= rate.high
        assert rate.amt_mean == pytest.approx(rate.rate, abs=0.02)
        assert 0 < rate.amt_sd < 0.4


def test_a_computation_that_dies_leaves_everything_for_the_next(short: Study) -> None:
    play(short, fooled=3)
    with suppress(KeyboardInterrupt), transaction.atomic():
        compute_fool_rates(study=short)
        raise KeyboardInterrupt
    assert not FoolRate.objects.exists()
    assert short in stale()
    compute_fool_rates(study=short)
    assert sum(rate.fooled for rate in rates(short).values()) == 3


def test_what_was_erased_behind_everybodys_back_is_noticed(short: Study) -> None:
    """Not by a service of ours: the database itself notes what is to be summed anew."""
    play(short, fooled=0)
    gone = play(short, fooled=8)
    compute_fool_rates(study=short)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analysis_tally WHERE participant_id = %s", [gone.pk])
    assert Unsummed.objects.count() == 2
    compute_fool_rates(study=short)
    assert sum(rate.fooled for rate in rates(short).values()) == 0
    assert not Unsummed.objects.exists()


def test_rehearsals_and_unfinished_runs_are_not_waited_for(short: Study) -> None:
    play(short, fooled=1, rehearsal=True)
    services.begin(participant=services.admit_participant(study=short))
    assert not Untallied.objects.exists()


def test_frozen_fool_rates_keep_their_sums(make_study: MakeStudy) -> None:
    study = make_study(**SHORT, retention_days=30)
    long_ago(play(study, fooled=5), 31)
    erase_expired(study=study)
    before = numbers(study)
    assert not Tally.objects.exists()
    compute_fool_rates(study=study)
    assert numbers(study) == before
    with pytest.raises(CommandError, match="responses behind these fool rates have been erased"):
        call_command("recompute", study.slug)
    assert numbers(study) == before


def test_the_command_makes_everything_from_responses(short: Study) -> None:
    play(short, fooled=5)
    compute_fool_rates(study=short)
    before = numbers(short)
    Tally.objects.update(fooled=[True] * 4)
    Sums.objects.update(draws=b"")
    said = StringIO()
    call_command("recompute", short.slug, stdout=said)
    assert said.getvalue() == "sunday-study: 4 fool rates from responses\n"
    assert numbers(short) == before
    with pytest.raises(CommandError, match="No study has this name: other"):
        call_command("recompute", short.slug, "other")


def test_many_are_tallied_by_another_way_to_the_same_end(short: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    for fooled in (2, 6):
        play(short, fooled=fooled)
    compute_fool_rates(study=short)
    before = numbers(short)
    monkeypatch.setattr(tallies, "MANY", 1)
    recompute_fool_rates(study=short, everybody=True)
    assert numbers(short) == before
    assert Tally.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_count_nobody_twice(make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    for fooled in (2, 6, 8):
        play(study, fooled=fooled)

    def compute(_: int) -> None:
        compute_fool_rates(study=study)
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(compute, range(4)))
    assert {rate.countable for rate in rates(study).values()} == {12}
    assert sum(rate.fooled for rate in rates(study).values()) == 16
    assert are_as_if_counted_anew(study)


@pytest.mark.django_db(transaction=True)
def test_nobody_who_agrees_to_take_part_waits_for_a_computation(make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    play(study, fooled=2)

    def admit() -> None:
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '2s'")
            services.admit_participant(study=study)
        connections.close_all()

    with transaction.atomic():
        compute_fool_rates(study=study)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(admit).result()
    assert study.participants.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("compute", [compute_fool_rates, recompute_fool_rates])
def test_nobody_who_withdraws_waits_for_a_computation(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch, compute: Callable[..., object]
) -> None:
    """Whoever is being summed at this moment goes at once, and is taken out of the sums the next time."""
    study = make_study(**SHORT)
    play(study, fooled=2)
    goes = play(study, fooled=8)

    def withdraw() -> None:
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '2s'")
            services.withdraw(participant=goes)
        connections.close_all()

    def store(changed: list[Sums]) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(withdraw).result()
        stored(changed)

    stored = fool_rates._store
    monkeypatch.setattr(fool_rates, "_store", store)
    compute(study=study)
    monkeypatch.undo()
    assert study in stale()
    compute_fool_rates(study=study)
    assert {(rate.participants, rate.countable) for rate in rates(study).values()} == {(1, 4)}
    assert are_as_if_counted_anew(study)


def test_who_was_tallied_by_a_computation_that_died_is_added_by_the_next(
    short: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(short, fooled=1)
    compute_fool_rates(study=short)
    play(short, fooled=5)
    goes = play(short, fooled=8)
    with suppress(KeyboardInterrupt), monkeypatch.context() as dying:
        dying.setattr(fool_rates, "Summer", Mock(side_effect=KeyboardInterrupt))
        compute_fool_rates(study=short)
    assert Tally.objects.count() == 6
    assert short in stale()
    services.withdraw(participant=goes)
    compute_fool_rates(study=short)
    assert sum(rate.fooled for rate in rates(short).values()) == 6
    assert are_as_if_counted_anew(short)
