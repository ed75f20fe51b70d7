"""Who saw what and what they said: studies, their arms, participants, trials and responses."""

import secrets
from functools import reduce
from operator import or_
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Now
from django.urls import reverse

from colortest.experiment import schedule
from colortest.experiment.presets import FAKE, PRESETS, REAL
from colortest.stimuli.models import Algorithm, Colorization, TestSet

# The columns that say what a participant sees and how it is judged: the design hash covers them, and they freeze.
DESIGN = (
    "test_set_id",
    "splits",
    "preset",
    "question",
    "exposure_ms",
    "blank_ms",
    "practice_trials",
    "test_trials",
    "catch_share",
    "min_catch_accuracy",
    "consent_text",
    "consent_version",
    "seed",
)


def secret() -> str:
    """An unguessable word of 22 characters (128 bits) that is safe in an address."""
    return secrets.token_urlsafe(16)


def new_seed() -> int:
    """A seed for a study's schedules."""
    return secrets.randbelow(2**31)


def changes(*columns: str) -> pgtrigger.Q:
    """Trigger condition: the update changes one of the columns."""
    differs = (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in columns)
    return reduce(or_, differs)


class StudyQuerySet(models.QuerySet["Study"]):
    """Reads of studies."""

    def open(self) -> Self:
        """Those that take participants."""
        return self.filter(status=Study.Status.OPEN)

    def with_progress(self) -> Self:
        """Annotate how many people, and how many simulated participants, started and finished."""
        people, simulated = Q(participants__simulated=False), Q(participants__simulated=True)
        finished = Q(participants__finished__isnull=False)
        return self.annotate(
            started_count=Count("participants", filter=people),
            finished_count=Count("participants", filter=people & finished),
            simulated_count=Count("participants", filter=simulated & finished),
        ).order_by("-created", "-id")


class Study(models.Model):
    """A design: what is shown to whom, how long, and what is asked. Frozen once it opens."""

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "draft"
        OPEN = "OPEN", "open"
        CLOSED = "CLOSED", "closed"

    class Question(models.TextChoices):
        REAL = REAL, "Which one is the real photo?"
        FAKE = FAKE, "Which one is the fake?"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    test_set = models.ForeignKey(TestSet, on_delete=models.PROTECT, related_name="studies")
    splits = ArrayField(models.CharField(max_length=50))
    algorithms = models.ManyToManyField(Algorithm, through="Arm", related_name="studies")
    preset = models.CharField(max_length=20, choices=[(name, name) for name in PRESETS])
    question = models.CharField(max_length=4, choices=Question)
    exposure_ms = models.PositiveIntegerField()
    blank_ms = models.PositiveIntegerField()
    practice_trials = models.PositiveIntegerField()
    test_trials = models.PositiveIntegerField(help_text="Catch trials included.")
    catch_share = models.FloatField()
    min_catch_accuracy = models.FloatField()
    consent_text = models.TextField()
    consent_version = models.CharField(max_length=20)
    seed = models.PositiveIntegerField(default=new_seed)
    status = models.CharField(max_length=6, choices=Status, default=Status.DRAFT)
    design_hash = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(db_default=Now())

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "studies"
        ordering = ("-created", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=["DRAFT", "OPEN", "CLOSED"]), name="study_status"),
            models.CheckConstraint(condition=Q(splits__len__gt=0), name="study_has_splits"),
            models.CheckConstraint(condition=Q(test_trials__gt=0, exposure_ms__gt=0), name="study_shows_something"),
            models.CheckConstraint(
                condition=Q(catch_share__gte=0, catch_share__lt=1)
                & Q(min_catch_accuracy__gte=0, min_catch_accuracy__lte=1),
                name="study_shares_are_shares",
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT", design_hash="") | ~Q(status="DRAFT") & ~Q(design_hash=""),
                name="design_hash_from_opening_on",
            ),
        )
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="design_frozen_once_open",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="DRAFT") & changes(*DESIGN, "design_hash"),
            ),
            pgtrigger.Protect(
                name="never_draft_again",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="DRAFT") & pgtrigger.Q(new__status="DRAFT"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("study", args=[self.slug])

    @property
    def counts(self) -> schedule.Counts:
        """Trials of each kind for one participant."""
        catch = round(self.test_trials * self.catch_share)
        return schedule.Counts(practice=self.practice_trials, test=self.test_trials - catch, catch=catch)

    def pairs(self, **colorization_filter: object) -> models.QuerySet[Colorization]:
        """The colorizations whose pairs this study may show."""
        return Colorization.objects.filter(
            photo__test_set=self.test_set_id, photo__split__in=self.splits, **colorization_filter
        )


class Arm(models.Model):
    """One algorithm under test in one study (its fool rate is reported per split)."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="arms")
    algorithm = models.ForeignKey(Algorithm, on_delete=models.PROTECT, related_name="arms")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["study", "algorithm"], name="algorithm_once_per_study"),)
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="arms_frozen_once_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=(
                    "IF EXISTS (SELECT 1 FROM experiment_study WHERE status <> 'DRAFT' "
                    "AND id = COALESCE(NEW.study_id, OLD.study_id)) THEN "
                    "RAISE EXCEPTION 'the design of an opened study is frozen' USING ERRCODE = 'check_violation'; "
                    "END IF; RETURN COALESCE(NEW, OLD);"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} in {self.study}"


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Reads of participants."""

    def finished(self) -> Self:
        """Those who gave every response."""
        return self.filter(finished__isnull=False)

    def with_catch_accuracy(self) -> Self:
        """Annotate `catch_count` and `caught_count`: catch trials answered, and those not fooled."""
        catch = Q(trials__kind=Trial.Kind.CATCH, trials__response__isnull=False)
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

    trial = models.OneToOneField(Trial, on_delete=models.CASCADE, primary_key=True)
    chosen_side = models.CharField(max_length=5, choices=Trial.Side)
    rt_ms = models.FloatField(help_text="From the moment the choice was offered, stimuli hidden, to the choice.")
    left_exposure_ms = models.FloatField(help_text="Achieved.")
    right_exposure_ms = models.FloatField(help_text="Achieved.")
    frames = models.PositiveIntegerField(help_text="Animation frames during the exposure.")
    longest_gap_ms = models.FloatField(help_text="Longest time between two of them.")
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
