"""Runs: participants, their trials and their responses."""

import secrets
from datetime import datetime
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Now

from colortest.experiment import schedule
from colortest.experiment.models.study import Study
from colortest.experiment.presets import FAKE
from colortest.stimuli.models import Colorization

CODE = r"[-\w]{22}"  # what secret() makes


def secret() -> str:
    """An unguessable word of 22 characters (128 bits) that is safe in an address."""
    return secrets.token_urlsafe(16)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Reads of participants."""

    def finished(self) -> Self:
        """Those who gave every response."""
        return self.filter(finished__isnull=False)

    def holding_places(self, *, since: datetime) -> Self:
        """Those whose trials count as shown when photos are allocated: completed, or under way since then."""
        completed = Q(finished__isnull=False, exclusion_reason="")
        return self.filter(completed | Q(finished__isnull=True, consented__gt=since))

    def with_catch_accuracy(self) -> Self:
        """Annotate `catch_count` and `caught_count`: catch trials responded to and not flagged, and those caught."""
        catch = Q(trials__kind=Trial.Kind.CATCH, trials__response__flags=[])
        return self.annotate(
            catch_count=Count("trials", filter=catch),
            caught_count=Count("trials", filter=catch & ~fooled("study__", "trials__", "trials__response__")),
        )


class Participant(models.Model):
    """One person's run through one study, or a program's: then `simulated`, and never counted among people."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="participants")
    number = models.PositiveIntegerField(help_text="From 1, in order of consent; with the seed it gives the schedule.")
    code = models.CharField(max_length=22, unique=True, default=secret)
    simulated = models.BooleanField(default=False)
    consent_version = models.CharField(max_length=20)
    consented = models.DateTimeField(db_default=Now())
    started = models.DateTimeField(null=True, help_text="Instructions read.")
    finished = models.DateTimeField(null=True, help_text="Last response received.")
    exclusion_reason = models.CharField(max_length=200, blank=True)

    catch_count: int  # annotated by with_catch_accuracy(), and the next
    caught_count: int

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["study", "number"], name="participant_number_once_per_study"),
            models.CheckConstraint(
                condition=Q(finished__isnull=True) | Q(started__isnull=False), name="finished_after_started"
            ),
        )
        indexes = (models.Index(fields=["study", "finished"], name="participant_by_finish"),)

    def __str__(self) -> str:
        return f"participant {self.number} of {self.study_id}"


class TrialQuerySet(models.QuerySet["Trial"]):
    """Reads of trials."""

    def unanswered(self) -> Self:
        """Without a response yet, in the order in which they are shown."""
        return self.filter(response__isnull=True).order_by("position")


class Trial(models.Model):
    """One planned showing of one pair to one participant."""

    class Kind(models.TextChoices):
        PRACTICE = schedule.PRACTICE, "practice"
        TEST = schedule.TEST, "test"
        CATCH = schedule.CATCH, "catch"

    class Side(models.TextChoices):
        LEFT = schedule.LEFT, "left"
        RIGHT = schedule.RIGHT, "right"

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="trials")
    position = models.PositiveIntegerField(help_text="From 0, practice first.")
    kind = models.CharField(max_length=8, choices=Kind)
    colorization = models.ForeignKey(Colorization, on_delete=models.PROTECT, related_name="trials")
    real_side = models.CharField(max_length=5, choices=Side)
    token = models.CharField(max_length=22, unique=True, default=secret)

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ("participant", "position")
        constraints = (
            models.UniqueConstraint(fields=["participant", "position"], name="one_trial_per_position"),
            models.CheckConstraint(condition=Q(kind__in=["PRACTICE", "TEST", "CATCH"]), name="trial_kind"),
            models.CheckConstraint(condition=Q(real_side__in=["LEFT", "RIGHT"]), name="trial_real_side"),
        )
        indexes = (models.Index(fields=["colorization", "kind"], name="trial_by_colorization"),)

    def __str__(self) -> str:
        return f"trial {self.position} of {self.participant_id}"

    @property
    def practice(self) -> bool:
        """Whether the participant is told if the response was right."""
        return self.kind == self.Kind.PRACTICE


def fooled(study: str, trial: str, response: str) -> Q:
    """THE definition of fooled: the fake was taken for the real one. Arguments are lookup prefixes.

    Asked for the real one, choosing the other side is being fooled; asked for the fake, choosing the real one is.
    """
    chose_real = Q(**{f"{response}chosen_side": F(f"{trial}real_side")})
    asked_for_fake = Q(**{f"{study}question": FAKE})
    return (asked_for_fake & chose_real) | (~asked_for_fake & ~chose_real)


class ResponseQuerySet(models.QuerySet["Response"]):
    """Reads of responses."""

    def with_fooled(self) -> Self:
        """Annotate `fooled`: the fake was taken for the real one."""
        was_fooled = fooled("trial__participant__study__", "trial__", "")
        return self.annotate(**{"fooled": Case(When(was_fooled, then=True), default=False)})

    def countable(self) -> Self:
        """Those that enter a fool rate: test trial, participant finished and not excluded, trial not flagged."""
        return self.filter(
            trial__kind=Trial.Kind.TEST,
            trial__participant__finished__isnull=False,
            trial__participant__exclusion_reason="",
            flags=[],
        )

    def of_study(self, study: Study) -> Self:
        """All of one study, in the order of participants and positions, with what an export shows of each."""
        return (
            self.filter(trial__participant__study=study)
            .select_related("trial__participant__study", "trial__colorization__photo", "trial__colorization__algorithm")
            .order_by("trial__participant__number", "trial__position")
        )


class Response(models.Model):
    """What the participant chose; written once, never edited."""

    class Flag(models.TextChoices):
        EXPOSURE = "EXPOSURE", "the exposure missed by more than one frame or 25 ms"
        HIDDEN = "HIDDEN", "the page was hidden during the exposure"
        REPEATED = "REPEATED", "the pair was shown again after the page was loaded anew"

    trial = models.OneToOneField(Trial, on_delete=models.CASCADE, primary_key=True)
    chosen_side = models.CharField(max_length=5, choices=Trial.Side)
    rt_ms = models.FloatField(help_text="From the moment the choice was offered, stimuli hidden, to the choice.")
    left_exposure_ms = models.FloatField(help_text="Achieved.")
    right_exposure_ms = models.FloatField(help_text="Achieved.")
    frames = models.PositiveIntegerField(help_text="Animation frames during the exposure.")
    longest_gap_ms = models.FloatField(help_text="Longest time between two of them.")
    refresh_ms = models.FloatField(help_text="Time between two frames of this screen.")
    flags = ArrayField(models.CharField(max_length=10, choices=Flag), default=list, blank=True)
    received = models.DateTimeField(db_default=Now())

    fooled: bool  # annotated by with_fooled()

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(chosen_side__in=["LEFT", "RIGHT"]), name="response_chosen_side"),
            models.CheckConstraint(
                condition=Q(rt_ms__gte=0, left_exposure_ms__gte=0, right_exposure_ms__gte=0, longest_gap_ms__gte=0),
                name="response_times_not_negative",
            ),
        )
        triggers: ClassVar = [pgtrigger.Protect(name="response_written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"response to {self.trial_id}"
