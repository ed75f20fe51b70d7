"""The numbers of a protocol as columns of a study, and what the database itself refuses among them."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from colortest.experiment import presets

SHARE = (MinValueValidator(0.0), MaxValueValidator(1.0))
LONGEST_MS = 600_000


def milliseconds(label: str, help_text: str = "") -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(label, validators=[MaxValueValidator(LONGEST_MS)], help_text=help_text)


def share(label: str, help_text: str = "") -> "models.FloatField[float, float]":
    return models.FloatField(label, validators=SHARE, help_text=help_text)


class Presentation(models.TextChoices):
    SIDE_BY_SIDE = presets.SIDE_BY_SIDE, "side by side"
    SEQUENTIAL = presets.SEQUENTIAL, "one after the other"
    SINGLE = presets.SINGLE, "a single image"


class Question(models.TextChoices):
    REAL = presets.REAL, "Which one is the real photo?"
    FAKE = presets.FAKE, "Which one is the fake?"
    EITHER = presets.EITHER, "Is it real or fake?"


class Order(models.TextChoices):
    LEFT_FIRST = presets.LEFT_FIRST, "the left one always first"
    BALANCED = presets.BALANCED, "the left one first in half of the trials"


class Assignment(models.TextChoices):
    WITHIN = presets.WITHIN, "each participant sees all algorithms"
    BETWEEN = presets.BETWEEN, "each participant sees one algorithm"


class ProtocolColumns(models.Model):
    """One column for each number of `presets.Protocol`, which tells what they mean."""

    presentation = models.CharField(max_length=12, choices=Presentation)
    question = models.CharField(max_length=6, choices=Question)
    exposures_ms = ArrayField(
        models.PositiveIntegerField(validators=[MaxValueValidator(LONGEST_MS)]),
        verbose_name="exposures",
        help_text="Milliseconds on screen; several, separated by commas, make a factor. 0: until the choice.",
    )
    first_blank_ms = milliseconds("blank before the first trial of a block")
    blank_ms = milliseconds("blank before the others")
    gap_ms = milliseconds("blank between two that follow each other")
    delay_ms = milliseconds("blank before the question")
    masks = models.PositiveSmallIntegerField("masks of noise", validators=[MaxValueValidator(20)])
    mask_ms = milliseconds("time of each mask")
    order = models.CharField("which comes first", max_length=10, choices=Order)
    assignment = models.CharField("algorithms", max_length=7, choices=Assignment)
    blocks = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(20)])
    staircase_up_ms = milliseconds("longer after an error", "0 where exposures do not adapt.")
    staircase_down_ms = milliseconds("shorter after a correct response")
    shortest_ms = milliseconds("shortest exposure of the staircase")
    longest_ms = milliseconds("longest exposure of the staircase")
    practice_trials = models.PositiveIntegerField(validators=[MaxValueValidator(500)])
    feedback = models.BooleanField("feedback in practice")
    qualification = share("least share right in practice", "Of photos and of fakes each; 0 lets everybody in.")
    test_trials = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(2000)], help_text="Catch trials included."
    )
    reserve_share = share("share held in reserve", "More test trials, to make up for those whose exposure fails.")
    catch_share = share("share of catch trials")
    min_catch_accuracy = share("least share of catch trials caught", "0 excludes nobody.")
    max_fast_share = share("largest share of responses under 200 ms", "1 excludes nobody.")
    max_same_side_share = share("largest share of choices of one side", "1 excludes nobody.")
    max_flagged_share = share("largest share of flagged trials", "1 excludes nobody.")
    quota = models.PositiveIntegerField(
        help_text="People who finish; for each algorithm where each person sees one. 0 for any number."
    )

    class Meta:
        abstract = True


PROTOCOL_CONSTRAINTS = (
    models.CheckConstraint(condition=Q(presentation__in=Presentation.values), name="study_presentation"),
    models.CheckConstraint(
        condition=Q(presentation="SINGLE", question="EITHER")
        | Q(presentation__in=["SIDE_BY_SIDE", "SEQUENTIAL"], question__in=["REAL", "FAKE"]),
        name="study_question_fits_presentation",
    ),
    models.CheckConstraint(condition=Q(test_trials__gt=0, exposures_ms__len__gt=0), name="study_shows_something"),
    models.CheckConstraint(condition=Q(blocks__gt=0), name="study_has_blocks"),
    models.CheckConstraint(
        condition=~Q(exposures_ms__contains=[presets.UNTIL_CHOICE])
        | ~Q(presentation="SEQUENTIAL") & Q(masks=0, staircase_up_ms=0),
        name="study_until_choice_is_alone",
    ),
    models.CheckConstraint(
        condition=Q(staircase_up_ms=0, staircase_down_ms=0)
        | Q(staircase_up_ms__gt=0, staircase_down_ms__gt=0, shortest_ms__gt=0, exposures_ms__len=1)
        & Q(longest_ms__gte=models.F("shortest_ms")),
        name="study_staircase_is_whole",
    ),
    models.CheckConstraint(
        condition=Q(catch_share__gte=0, catch_share__lt=1, reserve_share__gte=0, reserve_share__lte=1)
        & Q(min_catch_accuracy__gte=0, min_catch_accuracy__lte=1)
        & Q(qualification__gte=0, qualification__lte=1)
        & Q(max_fast_share__gte=0, max_fast_share__lte=1)
        & Q(max_same_side_share__gte=0, max_same_side_share__lte=1)
        & Q(max_flagged_share__gte=0, max_flagged_share__lte=1),
        name="study_shares_are_shares",
    ),
)
