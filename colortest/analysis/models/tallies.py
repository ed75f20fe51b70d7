"""Responses put together by participant, and what there still is to put together.

A tally is derived and can be made again from responses at any time. What changed since is written down by the database
in the transaction that changed it, so that nothing is lost whatever process dies; these rows point at others by their
number only, so that nobody who finishes or withdraws ever waits for a computation.
"""

from collections.abc import Iterator
from typing import ClassVar, Self

import numpy as np
import pgtrigger
from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from colortest.analysis.statistics.sums import Responses
from colortest.experiment.models import Participant, Study
from colortest.stimuli.models import Algorithm

GROUP = 4096  # participants whose tallies are read at a time

JUDGED = ("finished", "exclusion_reason", "simulated", "rehearsal")
TO_BE_TALLIED = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.finished IS NULL OR NEW.rehearsal THEN RETURN NULL; END IF;
    ELSIF (OLD.finished IS NULL, OLD.exclusion_reason = '', OLD.simulated, OLD.rehearsal)
        = (NEW.finished IS NULL, NEW.exclusion_reason = '', NEW.simulated, NEW.rehearsal)
        OR OLD.rehearsal AND NEW.rehearsal THEN RETURN NULL;
    END IF;
    INSERT INTO analysis_untallied (study_id, participant_id) VALUES (NEW.study_id, NEW.id);
    RETURN NULL;
"""
TO_BE_SUMMED_ANEW = """
    INSERT INTO analysis_unsummed (study_id, algorithm_id, split)
    SELECT DISTINCT participant.study_id, gone.algorithm_id, gone.split
    FROM gone JOIN experiment_participant participant ON participant.id = gone.participant_id;
    RETURN NULL;
"""


class TallyQuerySet(models.QuerySet["Tally"]):
    """Reads of tallies."""

    def of_study(self, study: Study, *, simulated: bool) -> Self:
        """Of people, or of simulated participants; who is excluded too."""
        return self.filter(participant__study=study, participant__simulated=simulated)

    def responses(self) -> Iterator[Responses]:
        """Their responses as arrays, those of up to GROUP participants at a time: millions come in seconds.

        The database writes the tallies of a group that are equally long one behind the other as text, because a number
        in it costs a fraction of what a row costs here.
        """
        left_out = Case(When(participant__exclusion_reason="", then=0), default=1)
        texts = StringAgg(as_text(F("participant__number"), left_out), ",")
        alike = self.order_by().values(group=F("participant__number") / GROUP, length=F("photos__len"))
        for length, text in alike.annotate(text=texts).values_list("length", "text"):
            table = np.fromstring(text, np.int64, sep=",").reshape(-1, 2 + 2 * length)
            numbers, excluded, photos, fooled = np.split(table, [1, 2, 2 + length], axis=1)
            yield Responses(
                participants=np.repeat(numbers, length),
                photos=photos.ravel(),
                fooled=fooled.ravel(),
                excluded=np.repeat(excluded, length).astype(np.bool_),
            )


def _joined(array: str) -> Func:
    """An array of numbers as text, with commas between."""
    return Func(Cast(array, NUMBERS), Value(","), function="array_to_string", output_field=models.TextField())


NUMBERS = ArrayField(models.IntegerField())


def as_text(*first: Combinable) -> Func:
    """Numbers of a tally with commas between: these, then its photos, then its outcomes, 0 or 1."""
    columns = (*first, _joined("photos"), _joined("fooled"))
    return Func(Value(","), *columns, function="concat_ws", output_field=models.TextField())


class Tally(models.Model):
    """Unflagged responses of one finished participant to fakes of one algorithm × split, in test trials that asked for
    one exposure; never of a rehearsal. Excluded participants have them too: what counts is asked when it is counted.
    """

    # Without indexes of their own: one constraint begins with the participant, and nobody looks up an algorithm alone.
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, db_index=False, related_name="tallies")
    algorithm = models.ForeignKey(Algorithm, on_delete=models.PROTECT, db_index=False, related_name="+")
    split = models.CharField(max_length=50)
    asked_ms = models.PositiveIntegerField(help_text="The exposure that was asked for.")
    photos = ArrayField(models.IntegerField(), help_text="Numbers of the photos, in the order of the trials.")
    fooled = ArrayField(models.BooleanField(), help_text="Whether the fake was taken for the photo, for each of them.")

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["participant", "algorithm", "split", "asked_ms"], name="one_tally_per_participant_and_arm"
            ),
            models.CheckConstraint(condition=Q(photos__len=F("fooled__len"), photos__len__gt=0), name="tally_is_whole"),
        )
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="sums_without_a_tally_are_void",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),  # type: ignore[no-untyped-call]
                func=TO_BE_SUMMED_ANEW,
            )
        ]

    def __str__(self) -> str:
        return f"{len(self.photos)} responses of participant {self.participant_id}"


class WhoFinished(Participant):
    """Participants, as analysis looks at them: whose run ends, or is judged otherwise afterwards, is to be tallied."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="who_finishes_is_to_be_tallied",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf(*JUDGED),  # type: ignore[no-untyped-call]
                func=TO_BE_TALLIED,
            )
        ]


class Untallied(models.Model):
    """Somebody whose responses are to be tallied, for the first time or again; written by the database itself. Once
    they are tallied, the row stays until their tallies are in the sums.
    """

    study = models.ForeignKey(Study, on_delete=models.DO_NOTHING, db_constraint=False, related_name="untallied")
    participant = models.ForeignKey(
        Participant, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    tallied = models.BooleanField(db_default=False, help_text="The tallies are there, and not summed yet.")

    class Meta:
        verbose_name_plural = "untallied"

    def __str__(self) -> str:
        return f"participant {self.participant_id} is not tallied"


class Unsummed(models.Model):
    """An arm that has lost a tally, so that its sums are to be made anew; written by the database itself."""

    study = models.ForeignKey(Study, on_delete=models.DO_NOTHING, db_constraint=False, related_name="unsummed")
    algorithm = models.ForeignKey(
        Algorithm, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    split = models.CharField(max_length=50)

    class Meta:
        verbose_name_plural = "unsummed"

    def __str__(self) -> str:
        return f"{self.algorithm_id} × {self.split} of {self.study_id} is not summed"
