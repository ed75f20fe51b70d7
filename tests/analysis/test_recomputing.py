"""A recomputation of many: tallies are compared with responses, and only those that differ are made again."""

from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db.models import QuerySet

from colortest.analysis.models import FoolRate, Sums, Tally, TallyQuerySet
from colortest.analysis.services import checking, compute_fool_rates, fool_rates, recompute_fool_rates, tallies
from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from tests.analysis.test_fool_rates import LATE, play, rates
from tests.analysis.test_keeping_up import SHORT, are_as_if_counted_anew, numbers
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

Damage = Callable[["QuerySet[Tally]"], Any]
DAMAGE: dict[str, Damage] = {
    "an outcome is another": lambda tally: tally.update(fooled=[False, True, True, True]),
    "a photo is another": lambda tally: tally.update(photos=[tally.get().photos[1], *tally.get().photos[1:]]),
    "a photo is none": lambda tally: tally.update(photos=[2**31 - 1, *tally.get().photos[1:]]),
    "a response is missing": lambda tally: tally.update(
        photos=tally.get().photos[1:], fooled=tally.get().fooled[1:]
    ),
    "a response is there twice": lambda tally: tally.update(
        photos=[*tally.get().photos, tally.get().photos[0]], fooled=[*tally.get().fooled, tally.get().fooled[0]]
    ),
    "the exposure is another": lambda tally: tally.update(asked_ms=1),
    "the split is none": lambda tally: tally.update(split="none"),
    "it is gone": lambda tally: tally.delete(),
}  # fmt: skip


@pytest.fixture
def three(make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Counted: many, from three on. Somebody rehearsed, and somebody has not finished."""
    monkeypatch.setattr(tallies, "MANY", 2)
    study = make_study(**SHORT)
    for fooled in (8, 3, 0):
        play(study, fooled=fooled)
    play(study, fooled=5, rehearsal=True)
    services.begin(participant=services.admit_participant(study=study))
    compute_fool_rates(study=study)
    return study


def stored(study: Study) -> list[tuple[object, ...]]:
    """What tallies hold, in order."""
    columns = ("participant", "algorithm", "split", "asked_ms", "photos", "fooled")
    rows = Tally.objects.filter(participant__study=study).order_by("participant", "split")
    return list(rows.values_list(*columns))


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_tally_that_was_damaged_is_found_and_made_again(three: Study, damage: Damage) -> None:
    before, as_stored = numbers(three), stored(three)
    damaged = Tally.objects.order_by("pk")[1]
    damage(Tally.objects.filter(pk=damaged.pk))
    assert checking.compared(three).wrong == [damaged.participant_id]
    recompute_fool_rates(study=three)
    assert (numbers(three), stored(three)) == (before, as_stored)
    assert checking.compared(three).wrong == []


def test_sums_of_many_are_made_of_the_responses_themselves(three: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whom the tallies are right: nobody reads those again."""
    before = numbers(three)
    Sums.objects.update(draws=b"", photos=b"", people=b"")
    FoolRate.objects.update(fooled=0, fooled_before=0)
    read = Mock(side_effect=TallyQuerySet.responses)
    monkeypatch.setattr(TallyQuerySet, "responses", read)
    recompute_fool_rates(study=three)
    assert numbers(three) == before
    assert not read.called


def test_who_finished_a_moment_ago_is_added_and_counted_once(three: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not tallied yet; or tallied by a computation that died before it summed."""
    play(three, fooled=6)
    recompute_fool_rates(study=three)
    play(three, fooled=7)
    with suppress(KeyboardInterrupt), monkeypatch.context() as dying:
        dying.setattr(fool_rates, "Summer", Mock(side_effect=KeyboardInterrupt))
        compute_fool_rates(study=three)
    recompute_fool_rates(study=three)
    assert sum(rate.fooled for rate in rates(three).values()) == 8 + 3 + 0 + 6 + 7
    assert are_as_if_counted_anew(three)


def test_who_is_excluded_or_goes_before_a_recomputation_is_not_in_it(three: Study) -> None:
    excluded, goes = Participant.objects.filter(study=three, rehearsal=False).order_by("number")[:2]
    Participant.objects.filter(pk=excluded.pk).update(exclusion_reason="asked to")
    services.withdraw(participant=goes)
    recompute_fool_rates(study=three)
    found = rates(three).values()
    assert {(rate.participants, rate.participants_before) for rate in found} == {(1, 2)}
    assert (sum(rate.fooled for rate in found), sum(rate.fooled_before for rate in found)) == (0, 8)
    before = numbers(three)
    recompute_fool_rates(study=three, everybody=True)
    assert numbers(three) == before


@pytest.mark.parametrize("who", ["rehearsal", "unfinished"])
def test_a_tally_of_somebody_who_is_not_to_have_one_is_taken_away(three: Study, who: str) -> None:
    before, as_stored = numbers(three), stored(three)
    people = Participant.objects.filter(study=three)
    person = people.get(rehearsal=True) if who == "rehearsal" else people.get(finished=None)
    tally = Tally.objects.all()[0]
    Tally.objects.create(
        participant=person, algorithm_id=tally.algorithm_id, split=tally.split, asked_ms=tally.asked_ms,
        photos=tally.photos, fooled=tally.fooled,
    )  # fmt: skip
    assert checking.compared(three).wrong == [person.pk]
    recompute_fool_rates(study=three)
    assert (numbers(three), stored(three)) == (before, as_stored)


def test_tallies_that_are_right_stay_unless_all_are_asked_for(three: Study) -> None:
    before, rows = numbers(three), set(Tally.objects.values_list("pk", flat=True))
    recompute_fool_rates(study=three)
    assert set(Tally.objects.values_list("pk", flat=True)) == rows
    call_command("recompute", three.slug, "--all", stdout=StringIO())
    assert set(Tally.objects.values_list("pk", flat=True)).isdisjoint(rows)
    assert numbers(three) == before


@pytest.mark.parametrize(
    "design",
    [
        {"question": "FAKE"},
        {"presentation": "SINGLE", "question": "EITHER", "catch_share": 0.0},
        {"exposures_ms": [250, 500, 1000]},
    ],
    ids=str,
)
def test_tallies_and_sums_of_any_design_are_what_the_responses_say(
    make_study: MakeStudy, design: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = make_study(**SHORT | design)
    for simulated in (False, True):
        play(study, fooled=3, simulated=simulated)
        play(study, fooled=3, simulated=simulated, exposure=LATE)
    services.begin(participant=services.admit_participant(study=study))
    Participant.objects.filter(pk=play(study, fooled=2).pk).update(exclusion_reason="asked to")
    compute_fool_rates(study=study)
    before = numbers(study)
    assert checking.compared(study).wrong == []
    monkeypatch.setattr(tallies, "MANY", 2)
    recompute_fool_rates(study=study)
    assert numbers(study) == before


def test_where_nobody_takes_part_nothing_differs(make_study: MakeStudy) -> None:
    assert checking.compared(make_study(**SHORT)).wrong == []
