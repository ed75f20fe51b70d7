"""A recomputation of many: tallies are compared with responses, and only those that differ are made again."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import QuerySet

from colortest.analysis.models import Tally
from colortest.analysis.services import checking, compute_fool_rates, recompute_fool_rates, tallies
from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from tests.analysis.test_fool_rates import LATE, play
from tests.analysis.test_keeping_up import SHORT, numbers
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
    assert checking.differing(three) == [damaged.participant_id]
    recompute_fool_rates(study=three)
    assert (numbers(three), stored(three)) == (before, as_stored)
    assert checking.differing(three) == []


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
    assert checking.differing(three) == [person.pk]
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
def test_tallies_of_any_design_are_what_the_responses_say(make_study: MakeStudy, design: dict[str, object]) -> None:
    study = make_study(**SHORT | design)
    for simulated in (False, True):
        play(study, fooled=3, simulated=simulated)
        play(study, fooled=3, simulated=simulated, exposure=LATE)
    services.begin(participant=services.admit_participant(study=study))
    compute_fool_rates(study=study)
    assert Tally.objects.exists()
    assert checking.differing(study) == []


def test_where_nobody_takes_part_nothing_differs(make_study: MakeStudy) -> None:
    assert checking.differing(make_study(**SHORT)) == []
