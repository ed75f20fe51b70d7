"""Writes of people's own rates: from responses, in the database, beside their tallies."""

from collections.abc import Sequence

from django.db.models import Aggregate, Count, F, FloatField, Q

from colortest.analysis.models import ParticipantRate
from colortest.analysis.services.inserting import MANY, insert
from colortest.experiment.models import Response, Trial
from colortest.experiment.models.run import shows_fake

COLUMNS = ("fooled", "countable", "unflagged", "flagged", "left", "caught", "catch", "rt_ms")


class Median(Aggregate):
    """Of numbers, those between the middle two where they are even in number."""

    template = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def store_participant_rates(participants: Sequence[int]) -> None:
    """Of those among them who are people, instead of what is stored of them."""
    ParticipantRate.objects.filter(participant__in=participants).delete()
    person, study = "trial__participant", "trial__participant__study"
    people = {f"{person}__in": participants, f"{person}__simulated": False, f"{person}__rehearsal": False}
    given = Response.objects.with_fooled().filter(**people).order_by().values(of=F(person), their_study=F(study))
    test, catch = Q(trial__kind=Trial.Kind.TEST), Q(trial__kind=Trial.Kind.CATCH)
    good, fake = Q(flags=[]), shows_fake(f"{study}__", "trial__")
    counts = (
        test & good & fake & Q(fooled=True),
        test & good & fake,
        test & good,
        test & ~good,
        test & good & Q(chosen_side=Trial.Side.LEFT),
        catch & good & Q(correct=True),
        catch & good,
    )
    values = [*(Count("pk", filter=condition) for condition in counts), Median("rt_ms", filter=test & good)]
    rows = given.annotate(**{f"their_{name}": value for name, value in zip(COLUMNS, values, strict=True)})
    insert(ParticipantRate, ("participant_id", "study_id", *COLUMNS), rows, many=len(participants) > MANY)
