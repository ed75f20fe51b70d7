"""Runs: participants, their trials and their responses."""

import secrets
from datetime import datetime, timedelta
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from colortest.experiment import schedule
from colortest.experiment.models.study import Study
from colortest.experiment.presets import EITHER, FAKE
from colortest.stimuli.models import Algorithm, Colorization

CODE = r"[-\w]{22}"  # what secret() makes

# Whose page was not heard of for so long has left, and gives the places back. An open page is heard of every half
# minute, in a tab behind others every minute; who comes back after all has the places again.
LEASE = timedelta(minutes=5)
HEARD_EVERY = timedelta(seconds=20)  # nothing is written more often


def secret() -> str:
    """An unguessable word of 22 characters (128 bits) that is safe in an address."""
    return secrets.token_urlsafe(16)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Reads of participants."""

    def people(self) -> Self:
        """Neither programs nor researchers who rehearse."""
        return self.filter(simulated=False, rehearsal=False)

    def finished(self) -> Self:
        """Those who gave every response."""
        return self.filter(finished__isnull=False)

    def with_answered(self) -> Self:
        """Annotate `answered_count`: trials responded to, practice included."""
        return self.annotate(answered_count=Count("trials__response"))

    def with_checks(self) -> Self:
        """Annotate `shown_count` and `flagged_count`, of test trials; and `catch_count`, of those not flagged."""
        test = Q(trials__kind=Trial.Kind.TEST, trials__response__isnull=False)
        return self.annotate(
            shown_count=Count("trials", filter=test),
            flagged_count=Count("trials", filter=test & ~Q(trials__response__flags=[])),
            catch_count=Count("trials", filter=Q(trials__kind=Trial.Kind.CATCH, trials__response__flags=[])),
        )

    def expired(self, *, now: datetime) -> Self:
        """People's runs whose last sign of life is longer ago than their study keeps responses."""
        last_response = Response.objects.filter(trial__participant=OuterRef("pk")).order_by("-received")[:1]
        kept = ExpressionWrapper(F("study__retention_days") * timedelta(days=1), output_field=models.DurationField())
        return (
            self.filter(simulated=False, study__retention_days__gt=0)
            .annotate(
                last=Coalesce("finished", Subquery(last_response.values("received")), "consented"),
            )
            .filter(last__lt=now - kept)
        )

    def holding_places(self) -> Self:
        """Those whose trials count as shown when photos are allocated: completed, or under way and seen lately."""
        running = Q(finished__isnull=True, ending="", last_seen__gt=timezone.now() - LEASE)
        return self.filter(Q(finished__isnull=False) | running, exclusion_reason="")


class Participant(models.Model):
    """One person's run through one study, or a program's: then `simulated`, and never counted among people."""

    class Vision(models.TextChoices):
        UNKNOWN = "", "not screened"
        TYPICAL = "TYPICAL", "sees colours as most people do"
        DIFFERENT = "DIFFERENT", "may see colours differently"

    class Ending(models.TextChoices):
        NONE = "", "under way, or left"
        COMPLETED = "COMPLETED", "gave every response"
        FAILED_ATTENTION = "FAILED_ATTENTION", "gave every response and is excluded by the study's rules"
        SCREENED_OUT = "SCREENED_OUT", "does not meet what the study asks of eyes, screen or practice"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="participants")
    number = models.PositiveIntegerField(help_text="From 1, in order of consent; with the seed it gives the schedule.")
    code = models.CharField(max_length=22, unique=True, default=secret)
    simulated = models.BooleanField(default=False)
    rehearsal = models.BooleanField(default=False, help_text="A researcher who tries the study; never counted.")
    preview = models.BooleanField(default=False, help_text="A rehearsal that leaves no trace once it is over.")
    algorithm = models.ForeignKey(
        Algorithm, null=True, on_delete=models.PROTECT, help_text="The one that this participant sees, if only one."
    )
    language = models.CharField(max_length=5, default="en")
    consent_version = models.CharField(max_length=20)
    consented = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now(), help_text="The page was open; who left gives places back.")
    window_width = models.PositiveIntegerField(null=True, help_text="Of the browser, in its own pixels; when checked.")
    window_height = models.PositiveIntegerField(null=True)
    pixel_ratio = models.FloatField(null=True, help_text="Pixels of the screen to one of the browser.")
    refresh_ms = models.FloatField(null=True, help_text="Measured time between two frames.")
    gamut = models.CharField(max_length=7, blank=True, help_text="The widest that the browser says: srgb, p3, rec2020.")
    vision = models.CharField(max_length=9, choices=Vision, default=Vision.UNKNOWN, blank=True)
    vision_errors = models.PositiveSmallIntegerField(
        null=True, help_text="Plates that were not read as most people do."
    )
    ending = models.CharField(max_length=16, choices=Ending, default=Ending.NONE, blank=True)
    started = models.DateTimeField(null=True, help_text="Instructions read.")
    finished = models.DateTimeField(null=True, help_text="Last response received.")
    exclusion_reason = models.CharField(max_length=400, blank=True)

    answered_count: int  # annotated by with_answered()
    shown_count: int  # by with_checks(), and the next
    flagged_count: int
    catch_count: int

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["study", "number"], name="participant_number_once_per_study"),
            models.CheckConstraint(condition=Q(preview=False) | Q(rehearsal=True), name="preview_is_rehearsal"),
            models.CheckConstraint(
                condition=Q(finished__isnull=True) | Q(started__isnull=False), name="finished_after_started"
            ),
            models.CheckConstraint(
                condition=Q(finished__isnull=False, ending__in=["COMPLETED", "FAILED_ATTENTION"])
                | Q(finished__isnull=True, ending__in=["", "SCREENED_OUT"]),
                name="ending_fits_finish",
            ),
        )
        indexes = (models.Index(fields=["study", "finished"], name="participant_by_finish"),)

    def __str__(self) -> str:
        return f"participant {self.number} of {self.study_id}"


class TrialQuerySet(models.QuerySet["Trial"]):
    """Reads of trials."""

    def due(self, participant: Participant) -> Self:
        """Those that a participant still has to see, in order: of the reserve as many as tests were flagged."""
        tests = Response.objects.filter(trial__participant=participant, trial__kind=Trial.Kind.TEST).exclude(flags=[])
        flagged = tests.order_by().values("trial__participant").annotate(count=Count("pk")).values("count")
        last = participant.study.counts.total + Coalesce(Subquery(flagged), 0)
        return self.filter(participant=participant, position__lt=last).unanswered()

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
    position = models.PositiveIntegerField(help_text="From 0, practice first, reserve last.")
    kind = models.CharField(max_length=8, choices=Kind)
    block = models.PositiveSmallIntegerField(default=0, help_text="0 is practice; then from 1, with breaks between.")
    reserve = models.BooleanField(default=False, help_text="Shown only to make up for one whose exposure failed.")
    colorization = models.ForeignKey(Colorization, on_delete=models.PROTECT, related_name="trials")
    real_side = models.CharField(
        max_length=5, choices=Side, help_text="A single image stands left: LEFT means that it is the photo."
    )
    first_side = models.CharField(max_length=5, choices=Side, default=Side.LEFT, help_text="If one follows the other.")
    exposure_ms = models.PositiveIntegerField(
        default=0, help_text="Planned; 0 until the choice. A staircase takes it for the first trial of a block only."
    )
    token = models.CharField(max_length=22, unique=True, default=secret)

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ("participant", "position")
        constraints = (
            models.UniqueConstraint(fields=["participant", "position"], name="one_trial_per_position"),
            models.CheckConstraint(condition=Q(kind__in=["PRACTICE", "TEST", "CATCH"]), name="trial_kind"),
            models.CheckConstraint(
                condition=Q(real_side__in=["LEFT", "RIGHT"], first_side__in=["LEFT", "RIGHT"]), name="trial_sides"
            ),
            models.CheckConstraint(
                condition=Q(kind="PRACTICE", block=0) | ~Q(kind="PRACTICE") & Q(block__gt=0), name="practice_is_block_0"
            ),
            models.CheckConstraint(condition=Q(reserve=False) | Q(kind="TEST"), name="reserve_is_of_test_trials"),
        )
        indexes = (models.Index(fields=["colorization", "kind"], name="trial_by_colorization"),)

    def __str__(self) -> str:
        return f"trial {self.position} of {self.participant_id}"

    @property
    def practice(self) -> bool:
        """Whether the participant is told if the response was right."""
        return self.kind == self.Kind.PRACTICE


def correct(study: str, trial: str, response: str) -> Q:
    """The photo was taken for the photo, and the fake for the fake. Arguments are lookup prefixes.

    Asked for the fake, choosing the real one is an error; else choosing the other side is. A single image stands left,
    and taking it for real is choosing left.
    """
    chose_real = Q(**{f"{response}chosen_side": F(f"{trial}real_side")})
    asked_for_fake = Q(**{f"{study}question": FAKE})
    return (asked_for_fake & ~chose_real) | (~asked_for_fake & chose_real)


def shows_fake(study: str, trial: str) -> Q:
    """A fake was there to be taken for real: in every pair, and in a single image that is not the photo."""
    return ~Q(**{f"{study}question": EITHER, f"{trial}real_side": "LEFT"})


def fooled(study: str, trial: str, response: str) -> Q:
    """THE definition of fooled: the fake was taken for the real one. Arguments are lookup prefixes."""
    return ~correct(study, trial, response) & shows_fake(study, trial)


class ResponseQuerySet(models.QuerySet["Response"]):
    """Reads of responses."""

    def with_fooled(self) -> Self:
        """Annotate `fooled`: the fake was taken for the real one; and `correct`, which says it of photos too."""
        prefixes = ("trial__participant__study__", "trial__", "")
        outcomes = {"fooled": fooled(*prefixes), "correct": correct(*prefixes)}
        return self.annotate(**{name: Case(When(true, then=True), default=False) for name, true in outcomes.items()})

    def countable(self) -> Self:
        """Those that enter a fool rate: test trial that showed a fake, participant finished and not excluded, trial
        not flagged; never of a rehearsal.
        """
        return self.before_exclusions().filter(trial__participant__exclusion_reason="")

    def before_exclusions(self) -> Self:
        """Those that would be countable if nobody were excluded."""
        return self.filter(
            shows_fake("trial__participant__study__", "trial__"),
            trial__kind=Trial.Kind.TEST,
            trial__participant__rehearsal=False,
            trial__participant__finished__isnull=False,
            flags=[],
        )

    def of_study(self, study: Study, *, rehearsals: bool = False) -> Self:
        """All of one study, those of rehearsals only if asked for and of previews never, in the order of participants
        and positions, with what an export shows of each.
        """
        marks = {} if rehearsals else {"trial__participant__rehearsal": False}
        return (
            self.filter(trial__participant__study=study, trial__participant__preview=False, **marks)
            .select_related("trial__participant__study", "trial__colorization__photo", "trial__colorization__algorithm")
            .order_by("trial__participant__number", "trial__position")
        )


MEASURED = (
    "rt_ms",
    "left_onset_ms",
    "left_exposure_ms",
    "frames",
    "longest_gap_ms",
    "refresh_ms",
    "visibility_changes",
    "focus_changes",
)


class Response(models.Model):
    """What the participant chose; written once, never edited."""

    class Flag(models.TextChoices):
        EXPOSURE = "EXPOSURE", "the exposure missed by more than one frame or 25 ms"
        HIDDEN = "HIDDEN", "the page was hidden during the exposure"
        REPEATED = "REPEATED", "the pair was shown again after the page was loaded anew"

    trial = models.OneToOneField(Trial, on_delete=models.CASCADE, primary_key=True)
    chosen_side = models.CharField(
        max_length=5, choices=Trial.Side, help_text="Of a single image, LEFT means that it was taken for real."
    )
    asked_ms = models.PositiveIntegerField(default=0, help_text="The exposure that was asked for.")
    # All of these were measured, or none of them was: of responses that are read from another program's file.
    rt_ms = models.FloatField(
        null=True, help_text="From the moment the choice was offered, stimuli hidden, to the choice."
    )
    left_onset_ms = models.FloatField(
        default=0, null=True, help_text="Achieved, from the beginning of the blank before."
    )
    left_exposure_ms = models.FloatField(null=True, help_text="Achieved.")
    right_onset_ms = models.FloatField(null=True, help_text="Achieved; none for a single image.")
    right_exposure_ms = models.FloatField(null=True, help_text="Achieved; none for a single image.")
    frames = models.PositiveIntegerField(null=True, help_text="Animation frames during the exposure.")
    longest_gap_ms = models.FloatField(null=True, help_text="Longest time between two of them.")
    refresh_ms = models.FloatField(null=True, help_text="Time between two frames of this screen.")
    visibility_changes = models.PositiveIntegerField(default=0, null=True, help_text="While stimuli were on screen.")
    focus_changes = models.PositiveIntegerField(default=0, null=True, help_text="While stimuli were on screen.")
    flags = ArrayField(models.CharField(max_length=10, choices=Flag), default=list, blank=True)
    received = models.DateTimeField(db_default=Now())

    fooled: bool  # annotated by with_fooled(), and the next
    correct: bool

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(chosen_side__in=["LEFT", "RIGHT"]), name="response_chosen_side"),
            models.CheckConstraint(
                condition=Q(rt_ms__gte=0, left_exposure_ms__gte=0, right_exposure_ms__gte=0, longest_gap_ms__gte=0),
                name="response_times_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": False for name in MEASURED})
                | Q(**{f"{name}__isnull": True for name in (*MEASURED, "right_onset_ms", "right_exposure_ms")}),
                name="response_measured_whole_or_not",
            ),
        )
        triggers: ClassVar = [pgtrigger.Protect(name="response_written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"response to {self.trial_id}"
