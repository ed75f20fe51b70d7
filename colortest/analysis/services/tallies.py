"""Writes of tallies: from responses, in the database, once for each participant."""

from collections.abc import Sequence

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import F
from django.db.models.functions import Cast

from colortest.analysis.models import Tally, Unsummed, Untallied
from colortest.analysis.services.inserting import MANY, insert
from colortest.analysis.services.participant_rates import store_participant_rates
from colortest.experiment.models import Participant, Response, Study

ARM = ("participant_id", "algorithm_id", "split", "asked_ms")
ARRAYS = ("photos", "fooled")


def tally_waiting(study: Study) -> None:
    """Tally everybody who finished, or was judged otherwise, since the last time, and note that they are to be summed.

    Call it under the study's lock, in a transaction that ends soon. Whoever waits counts as tallied before anything is
    read of them: what changes after that puts them on the list again.
    """
    waiting = dict(Untallied.objects.filter(study=study, tallied=False).values_list("pk", "participant"))
    Untallied.objects.filter(pk__in=waiting).update(tallied=True)
    people = Participant.objects.filter(pk__in=waiting.values()).order_by("pk")
    # Who withdraws at this moment does so first, or waits until the tally is there to go with the rest.
    here = list(people.select_for_update(no_key=True).values_list("pk", flat=True))
    if here:
        Tally.objects.filter(participant__in=here).delete()
        _insert_tallies(here)
        store_participant_rates(here)


def take_tallied(study: Study) -> list[int]:
    """Whose tallies are new since the last time; from now on the caller's to sum. Who is gone meanwhile may be among
    them.
    """
    tallied = dict(Untallied.objects.filter(study=study, tallied=True).values_list("pk", "participant"))
    Untallied.objects.filter(pk__in=tallied).delete()
    return sorted(set(tallied.values()))


def put_back(study: Study, wrong: Sequence[int] | None = None) -> None:
    """These participants, everybody unless told, have no tallies any more and are to be tallied again."""
    finished = study.participants.finished().filter(rehearsal=False).order_by()
    tallies = Tally.objects.filter(participant__study=study)
    if wrong is not None:
        finished, tallies = finished.filter(pk__in=wrong), tallies.filter(participant__in=wrong)
    insert(Untallied, ("study_id", "participant_id"), finished.values("study", "pk"))
    tallies.delete()


def many_are_tallied(study: Study) -> bool:
    """So many that comparing their tallies with their responses pays: few are tallied again as quickly."""
    finished = study.participants.finished().filter(rehearsal=False)
    return Tally.objects.filter(participant__study=study).exists() and finished.count() > MANY


def take_unsummed(study: Study) -> set[tuple[int, str]]:
    """The arms, algorithm × split, that have lost a tally since the last time; from now on the caller's to sum anew."""
    lost = {pk: (algorithm, split) for pk, algorithm, split in _unsummed(study)}
    Unsummed.objects.filter(pk__in=lost).delete()
    return set(lost.values())


def _unsummed(study: Study) -> "models.QuerySet[Unsummed, tuple[int, int, str]]":
    return Unsummed.objects.filter(study=study).values_list("pk", "algorithm", "split")


def _insert_tallies(participants: Sequence[int]) -> None:
    """One statement: what a tally holds is a query, and no response leaves the database."""
    responses = Response.objects.with_fooled().before_exclusions().filter(trial__participant__in=participants)
    arms = responses.order_by().values(
        participant=F("trial__participant"),
        algorithm=F("trial__colorization__algorithm"),
        split=F("trial__colorization__photo__split"),
        asked=F("asked_ms"),
    )
    photo = Cast("trial__colorization__photo", models.IntegerField())
    rows = arms.annotate(photos=ArrayAgg(photo, order_by="trial"), outcomes=ArrayAgg("fooled", order_by="trial"))
    insert(Tally, ARM + ARRAYS, rows, many=len(participants) > MANY)
