"""What single people chose: a row for each of them, so that a list of them is read and not counted."""

from dataclasses import asdict
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, NullIf

from colortest.analysis.statistics.intervals import wilson
from colortest.experiment.models import Participant, Study


def _share(count: str, of: str) -> models.GeneratedField:
    """0 to 1; null of nothing."""
    share: Any = Cast(F(count), models.FloatField()) / NullIf(F(of), 0)
    return models.GeneratedField(expression=share, output_field=models.FloatField(null=True), db_persist=True)


class ParticipantRateQuerySet(models.QuerySet["ParticipantRate"]):
    """Reads of people's rates."""

    def counted(self) -> Self:
        """Of who is not excluded."""
        return self.filter(participant__exclusion_reason="")

    def excluded(self) -> Self:
        """Of who is."""
        return self.exclude(participant__exclusion_reason="")

    def by(self, column: str, *, downwards: bool = False) -> Self:
        """In the order of a column, those without a number last, and of equals who came first."""
        key = F(column).desc(nulls_last=True) if downwards else F(column).asc(nulls_last=True)
        return self.order_by(key, "participant")


class ParticipantRate(models.Model):
    """What the responses of one person come to who finished; never of a program or a rehearsal.

    Who is excluded has a row too, counted as if nobody were: what counts is asked when it is shown. It is derived, made
    together with the tallies, and can be made again from responses at any time.
    """

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, primary_key=True, related_name="rate")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, db_index=False, related_name="participant_rates")
    fooled = models.PositiveIntegerField()
    countable = models.PositiveIntegerField(help_text="Unflagged test trials that showed a fake.")
    unflagged = models.PositiveIntegerField(help_text="Test trials.")
    flagged = models.PositiveIntegerField(help_text="Test trials.")
    left = models.PositiveIntegerField(help_text="Unflagged test trials in which the left one, or “real”, was chosen.")
    caught = models.PositiveIntegerField(help_text="Unflagged catch trials in which the wrong one was not taken in.")
    catch = models.PositiveIntegerField(help_text="Unflagged catch trials.")
    rt_ms = models.FloatField(null=True, help_text="Median over unflagged test trials; none was measured: empty.")
    rate = _share("fooled", "countable")
    caught_share = _share("caught", "catch")

    objects = ParticipantRateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    fooled__lte=F("countable"),
                    countable__lte=F("unflagged"),
                    left__lte=F("unflagged"),
                    caught__lte=F("catch"),
                ),
                name="participant_rate_of_what_was_shown",
            ),
        )
        # Nobody waits for a list of hundreds of thousands: its first pages are read in the order of an index.
        indexes = (
            models.Index("study", "rate", "participant", name="participants_by_rate"),
            models.Index("study", F("rate").desc(nulls_last=True), "participant", name="participants_by_rate_down"),
            models.Index("study", "caught_share", "participant", name="participants_by_catch"),
            models.Index("study", "rt_ms", "participant", name="participants_by_time"),
            models.Index("study", F("rt_ms").desc(nulls_last=True), "participant", name="participants_by_time_down"),
        )

    def __str__(self) -> str:
        return f"{self.fooled} of {self.countable} by participant {self.participant_id}"

    @property
    def interval(self) -> dict[str, float] | None:
        """Wilson's, {low, high}; none where nothing is countable."""
        return asdict(wilson(self.fooled, self.countable)) if self.countable else None
