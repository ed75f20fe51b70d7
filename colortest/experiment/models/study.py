"""Designs: studies and the algorithms that they put to the test. Frozen once open."""

import secrets
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.access import is_admin, teams_of
from colortest.experiment import presets, schedule
from colortest.experiment.models.protocol import PROTOCOL_CONSTRAINTS, Presentation, ProtocolColumns
from colortest.experiment.presets import PRESETS, PROTOCOL, Protocol
from colortest.experiment.staircase import Staircase
from colortest.stimuli.models import (
    Algorithm,
    AlgorithmQuerySet,
    Colorization,
    ColorizationQuerySet,
    Photo,
    PhotoQuerySet,
    TestSet,
)

# The columns that say what a participant sees and how it is judged: the design hash covers them, and they freeze.
DESIGN = (
    *PROTOCOL,
    "test_set_id",
    "splits",
    "preset",
    "colour_vision",
    "least_width",
    "least_height",
    "languages",
    "consent_version",
    "retention_days",
    "interim",
    "equivalence_margin",
    "seed",
)

WIDEST_MARGIN = 49  # points; at 50 every fool rate is equivalent to every other


def new_seed() -> int:
    """A seed for a study's schedules."""
    return secrets.randbelow(2**31)


def every_language() -> list[str]:
    """The codes of all languages that the site speaks."""
    return [code for code, _name in settings.LANGUAGES]


def changes(*columns: str) -> pgtrigger.Q:
    """Trigger condition: the update changes one of the columns."""
    differs = (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in columns)
    return reduce(or_, differs)


class StudyQuerySet(models.QuerySet["Study"]):
    """Reads of studies."""

    def visible_to(self, account: Any) -> Self:
        """Those that a researcher knows of: their teams'. Admins see all."""
        return self if is_admin(account) else self.filter(team__in=teams_of(account))

    def open(self) -> Self:
        """Those that take participants."""
        return self.filter(status=Study.Status.OPEN)

    def for_everybody(self) -> Self:
        """Those to which no recruiter must send one."""
        return self.filter(recruiter=Study.Recruiter.PLAIN)

    def with_progress(self) -> Self:
        """Annotate how many people, and how many simulated participants, started and finished; rehearsals apart."""
        counted = Q(participants__rehearsal=False)
        people, simulated = counted & Q(participants__simulated=False), counted & Q(participants__simulated=True)
        finished = Q(participants__finished__isnull=False)
        return self.annotate(
            started_count=Count("participants", filter=people & Q(participants__started__isnull=False)),
            finished_count=Count("participants", filter=people & finished),
            simulated_count=Count("participants", filter=simulated & finished),
        ).order_by("-created", "-id")


class Study(ProtocolColumns):
    """A design: what is shown to whom, how long, and what is asked. Frozen once it opens."""

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "draft"
        OPEN = "OPEN", "open"
        PAUSED = "PAUSED", "paused"
        CLOSED = "CLOSED", "closed"

    class Recruiter(models.TextChoices):
        PLAIN = "PLAIN", "nobody: a link for everybody"
        PROLIFIC = "PROLIFIC", "Prolific"
        SONA = "SONA", "SONA"
        CONNECT = "CONNECT", "CloudResearch Connect"
        PANEL = "PANEL", "another panel"

    class ColourVision(models.TextChoices):
        SKIP = "SKIP", "do not screen"
        RECORD = "RECORD", "screen and record"
        EXCLUDE = "EXCLUDE", "screen; who sees colours differently takes part and is not counted"
        SCREEN_OUT = "SCREEN_OUT", "screen; who sees colours differently does not take part"

    class Interim(models.TextChoices):
        SEQUENCE = "SEQUENCE", "fool rates with intervals that hold however often one looks"
        HIDDEN = "HIDDEN", "no fool rates before it is closed"

    class Origin(models.TextChoices):
        HERE = "", "given on this site"
        AMT = "AMT", "the wide table of AMT_Real_vs_Fake"
        TIDY = "TIDY", "a tidy export"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    team = models.ForeignKey(
        "auth.Group", on_delete=models.PROTECT, related_name="studies", help_text="Whose researchers see it."
    )
    test_set = models.ForeignKey(TestSet, on_delete=models.PROTECT, related_name="studies")
    splits = ArrayField(models.CharField(max_length=50))
    algorithms = models.ManyToManyField(Algorithm, through="Arm", related_name="studies")
    preset = models.CharField(max_length=20, choices=[(name, name) for name in PRESETS])
    colour_vision = models.CharField(max_length=10, choices=ColourVision, default=ColourVision.RECORD)
    least_width = models.PositiveIntegerField(default=560, help_text="Of the browser's window, in its own pixels.")
    least_height = models.PositiveIntegerField(default=320, help_text="Of the browser's window, in its own pixels.")
    languages = ArrayField(models.CharField(max_length=5, choices=settings.LANGUAGES), default=every_language)
    recruiter = models.CharField(max_length=10, choices=Recruiter, default=Recruiter.PLAIN)
    retention_days = models.PositiveIntegerField(
        default=0, help_text="Responses are erased so many days after they were given; 0 keeps them."
    )
    interim = models.CharField("shown while the study is open", max_length=8, choices=Interim, default=Interim.SEQUENCE)
    equivalence_margin = models.FloatField(
        "margin of equivalence",
        default=5.0,
        validators=[MinValueValidator(0.1), MaxValueValidator(WIDEST_MARGIN)],
        help_text="Percentage points; a fool rate, or a difference, within it counts as none.",
    )
    consent_version = models.CharField(max_length=20)
    seed = models.PositiveIntegerField(default=new_seed)
    status = models.CharField(max_length=6, choices=Status, default=Status.DRAFT)
    design_hash = models.CharField(max_length=64, blank=True)
    last_number = models.PositiveIntegerField(
        default=0, help_text="Of its participants; one that was erased is given to nobody else."
    )
    imported = models.CharField(
        max_length=10,
        blank=True,
        choices=Origin,
        help_text="Its responses were given elsewhere: nobody can take part in it, so that none are ever mixed.",
    )
    created = models.DateTimeField(db_default=Now())

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "studies"
        ordering = ("-created", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=["DRAFT", "OPEN", "PAUSED", "CLOSED"]), name="study_status"),
            models.CheckConstraint(condition=Q(splits__len__gt=0), name="study_has_splits"),
            models.CheckConstraint(
                condition=Q(imported="") | Q(imported__in=["AMT", "TIDY"]) & ~Q(status__in=["OPEN", "PAUSED"]),
                name="imported_is_never_open",
            ),
            models.CheckConstraint(condition=Q(interim__in=["SEQUENCE", "HIDDEN"]), name="study_interim"),
            models.CheckConstraint(
                condition=Q(equivalence_margin__gt=0, equivalence_margin__lte=WIDEST_MARGIN), name="study_margin"
            ),
            *PROTOCOL_CONSTRAINTS,
            models.CheckConstraint(
                condition=Q(status="DRAFT", design_hash="") | ~Q(status="DRAFT") & ~Q(design_hash=""),
                name="design_hash_from_opening_on",
            ),
        )
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="design_frozen_once_open",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="DRAFT") & changes(*DESIGN, "design_hash", "imported"),
            ),
            pgtrigger.Protect(
                name="never_draft_again",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="DRAFT") & pgtrigger.Q(new__status="DRAFT"),
            ),
            pgtrigger.Protect(
                name="paused_while_open",  # a study that was closed has shown everything: it cannot hide it again
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__status="PAUSED") & ~pgtrigger.Q(old__status__in=["OPEN", "PAUSED"]),
            ),
            pgtrigger.Trigger(
                name="team_is_no_role",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=(
                    "IF EXISTS (SELECT 1 FROM auth_group "
                    "WHERE id = NEW.team_id AND name IN ('researchers', 'admins')) THEN "
                    "RAISE EXCEPTION 'a role is not a team' USING ERRCODE = 'check_violation'; "
                    "END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("study", args=[self.slug])

    @property
    def single(self) -> bool:
        """Whether a trial shows one image instead of a pair."""
        return self.presentation == Presentation.SINGLE

    @property
    def staircase(self) -> Staircase | None:
        """How exposures adapt, if they do."""
        if not self.staircase_up_ms:
            return None
        steps = (self.staircase_up_ms, self.staircase_down_ms, self.shortest_ms, self.longest_ms)
        return Staircase(self.exposures_ms[0], *steps)

    @property
    def protocol(self) -> Protocol:
        """Its numbers apart from the row, as pure modules take them."""
        values = {name: getattr(self, name) for name in PROTOCOL}
        return Protocol(**{**values, "exposures_ms": tuple(self.exposures_ms)})

    @property
    def counts(self) -> schedule.Counts:
        """Trials of each kind for one participant."""
        return self.protocol.counts

    @property
    def conditions(self) -> schedule.Conditions:
        """What differs between the trials of one participant."""
        return schedule.Conditions(self.exposures_ms, self.order == presets.BALANCED)

    @property
    def showing(self) -> str:
        """What may be shown of its fool rates now: FINAL once closed, while it is open or paused SEQUENCE or HIDDEN."""
        return "FINAL" if self.status == self.Status.CLOSED else self.interim

    @property
    def frozen_rates(self) -> bool:
        """Whether responses behind the fool rates have been erased, so that those stay as they are."""
        return self.events.filter(what="EXPIRED").exists()

    def consent_text_in(self, language: str) -> str:
        """What participants agree to, in this language or, where it has none, in the first that there is."""
        texts = {known.language: known.text for known in self.consent_texts.all()}
        return texts.get(language) or next(iter(texts.values()), "")

    def under_test(self) -> AlgorithmQuerySet:
        """The algorithms whose fool rates this study measures."""
        return Algorithm.objects.testable().filter(arms__study=self)

    def for_catch_trials(self) -> AlgorithmQuerySet:
        """The algorithms that its catch trials show."""
        return Algorithm.objects.catch().filter(arms__study=self)

    def photos(self) -> PhotoQuerySet:
        """The photos that this study shows."""
        return Photo.objects.filter(test_set=self.test_set_id, split__in=self.splits)

    def pairs(self) -> ColorizationQuerySet:
        """The colorizations whose pairs this study shows, ready or not."""
        return Colorization.objects.filter(photo__in=self.photos(), algorithm__arms__study=self)


def frozen_with_study(name: str) -> pgtrigger.Trigger:
    """A row of a design: once its study has been opened, nothing adds, changes or removes it."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            "IF EXISTS (SELECT 1 FROM experiment_study WHERE status <> 'DRAFT' "
            "AND id IN (NEW.study_id, OLD.study_id)) THEN "
            "RAISE EXCEPTION 'the design of an opened study is frozen' USING ERRCODE = 'check_violation'; "
            "END IF; RETURN COALESCE(NEW, OLD);"
        ),
    )


class ConsentText(models.Model):
    """What participants agree to, in one of the study's languages."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="consent_texts")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    text = models.TextField()

    class Meta:
        ordering = ("study", "language")
        constraints = (models.UniqueConstraint(fields=["study", "language"], name="consent_text_once_per_language"),)
        triggers: ClassVar = [frozen_with_study("consent_texts_frozen_once_open")]

    def __str__(self) -> str:
        return f"consent text of {self.study} ({self.language})"


class Arm(models.Model):
    """One algorithm that a study shows: under test (its fool rate is reported per split), or for catch trials."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="arms")
    algorithm = models.ForeignKey(Algorithm, on_delete=models.PROTECT, related_name="arms")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["study", "algorithm"], name="algorithm_once_per_study"),)
        triggers: ClassVar = [frozen_with_study("arms_frozen_once_open")]

    def __str__(self) -> str:
        return f"{self.algorithm} in {self.study}"
