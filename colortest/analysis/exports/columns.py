"""The columns of the tidy export: what each is called, what it holds, what it is read from.

The CSV, the codebook and the metadata of Psych-DS are all made from this one list.

No column holds a participant's secret code, which opens the run's pages, nor anything of a recruiter's id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Case, CharField, Expression, F, FloatField, Func, Q, Value, When
from django.db.models.functions import Concat, Left, NullIf
from django.db.models.lookups import In

from colortest.analysis.formulas import MARK, STARTS
from colortest.experiment.models import Presentation, Question, Response, Trial

PERSON, STUDY, SHOWN = "trial__participant", "trial__participant__study", "trial__colorization"
MILLISECONDS = "milliseconds"
SIDES = {"LEFT": "the left side", "RIGHT": "the right side"}
TRUTHS = {"True": "yes", "False": "no"}
SINGLE = Q(**{f"{STUDY}__presentation": Presentation.SINGLE})
SEQUENTIAL = Q(**{f"{STUDY}__presentation": Presentation.SEQUENTIAL})


@dataclass(frozen=True)
class Column:
    """One column.

    of: its value in SQL, for a row of `Response.objects.with_fooled()`; NULL is an empty cell.
    levels: every value that it can take, with what it means; empty where there are too many to name.
    several: whether a cell may hold several of them, separated by spaces.
    outside: whether somebody outside of the site worded it, so that its cells in a CSV are guarded: see `formulas`.
    """

    name: str
    of: Expression | F
    description: str
    unit: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    several: bool = False
    outside: bool = False

    @property
    def cell(self) -> Expression | F:
        """Its value as CSV has it."""
        if not self.outside:
            return self.of
        marked = Concat(Value(MARK), self.of, output_field=CharField())
        return Case(When(In(Left(self.of, 1), STARTS), then=marked), default=self.of, output_field=CharField())


def _truth(condition: Q) -> Case:
    return Case(When(condition, then=Value("True")), default=Value("False"))


def _filled(path: str) -> NullIf:
    """Text, as an empty cell where it is empty."""
    return NullIf(F(path), Value(""))


class _Rounded(Func):
    """To 1/`parts`. In floating point: PostgreSQL's own rounding to digits takes decimals, and ten times as long."""

    template = "ROUND((%(expressions)s) * %(parts)s) / %(parts)s"
    output_field = FloatField()


def _ms(value: Expression | F) -> Func:
    """To a tenth of a millisecond: no browser's clock is finer."""
    return _Rounded(value, parts=10)


FAKE_SIDE = Case(
    When(SINGLE & Q(trial__real_side=Trial.Side.LEFT), then=None),
    When(trial__real_side=Trial.Side.LEFT, then=Value(Trial.Side.RIGHT.value)),
    default=Value(Trial.Side.LEFT.value),
    output_field=CharField(),
)
FLAGS = Func(F("flags"), Value(" "), function="ARRAY_TO_STRING", output_field=CharField())
TIME = Func(
    F("received"),
    function="TO_CHAR",
    template="%(function)s(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    output_field=CharField(),
)

COLUMNS = (
    Column("study", F(f"{STUDY}__slug"), "The study, as its address on the site names it."),
    Column(
        "design_hash",
        F(f"{STUDY}__design_hash"),
        "SHA-256 over everything that a participant of the study sees and is judged by: same hash, same design.",
    ),
    Column(
        "imported",
        _truth(~Q(**{f"{STUDY}__imported": ""})),
        "Whether the responses were given elsewhere and read from a file, instead of on this site.",
        levels=TRUTHS,
    ),
    Column("participant", F(f"{PERSON}__number"), "The participant: a number within the study, and nobody's name."),
    Column(
        "simulated",
        _truth(Q(**{f"{PERSON}__simulated": True})),
        "Whether a program took part and no person. Never counted among people.",
        levels=TRUTHS,
    ),
    Column(
        "rehearsal",
        _truth(Q(**{f"{PERSON}__rehearsal": True})),
        "Whether a researcher tried the study. Never counted; exported only if asked for.",
        levels=TRUTHS,
    ),
    Column("position", F("trial__position"), "Which of the participant's trials this is, from 0, practice first."),
    Column(
        "kind",
        F("trial__kind"),
        "What the trial is for. Only test trials enter a fool rate.",
        levels={
            Trial.Kind.PRACTICE: "before the test, never counted",
            Trial.Kind.TEST: "of an algorithm under test",
            Trial.Kind.CATCH: "of an obviously wrong colorization, to see who attends",
        },
    ),
    Column("block", F("trial__block"), "Which block of the test, from 1, with breaks between; 0 is practice."),
    Column(
        "reserve",
        _truth(Q(trial__reserve=True)),
        "Whether the trial made up for one whose exposure failed.",
        levels=TRUTHS,
    ),
    Column("photo", F(f"{SHOWN}__photo__name"), "The real photo, by its file name in the test set.", outside=True),
    Column("photo_sha256", F(f"{SHOWN}__photo__sha256"), "SHA-256 of the photo's pixels at 256 × 256."),
    Column("split", F(f"{SHOWN}__photo__split"), "The part of the test set that the photo is from.", outside=True),
    Column(
        "algorithm",
        F(f"{SHOWN}__algorithm__slug"),
        "The algorithm that made the fake, as the site names it.",
        outside=True,
    ),
    Column(
        "checkpoint_sha256",
        _filled(f"{SHOWN}__algorithm__sha256"),
        "SHA-256 of the file of its weights; empty where it has none.",
    ),
    Column(
        "presentation",
        F(f"{STUDY}__presentation"),
        "How the stimuli were shown.",
        levels={value: str(label) for value, label in Presentation.choices},
    ),
    Column(
        "fake_side",
        FAKE_SIDE,
        "Where the fake was. A single image stands left: empty means that it was the photo.",
        levels=SIDES,
    ),
    Column(
        "first_shown",
        Case(When(SEQUENTIAL, then=F("trial__first_side")), default=None),
        "Which side came first, where one image followed the other; else empty.",
        levels=SIDES,
    ),
    Column(
        "question",
        F(f"{STUDY}__question"),
        "What the participant was asked.",
        levels={value: str(label) for value, label in Question.choices},
    ),
    Column(
        "chosen_side",
        F("chosen_side"),
        "The side that was chosen in reply. Of a single image, LEFT says real and RIGHT says fake.",
        levels=SIDES,
    ),
    Column(
        "fooled",
        _truth(Q(fooled=True)),
        "Whether the fake was taken for the real photo, whatever the question was.",
        levels=TRUTHS,
    ),
    Column(
        "correct",
        _truth(Q(correct=True)),
        "Whether the response was right; of a single image that is the photo, whether it was taken for one.",
        levels=TRUTHS,
    ),
    Column(
        "rt_ms",
        _ms(F("rt_ms")),
        "Response time: from the moment a choice was possible, stimuli gone, to the choice.",
        MILLISECONDS,
    ),
    Column("asked_ms", F("asked_ms"), "The exposure that was asked for; 0 until the choice.", MILLISECONDS),
    Column(
        "left_onset_ms",
        _ms(F("left_onset_ms")),
        "When the left image appeared, counted from the start of the trial.",
        MILLISECONDS,
    ),
    Column(
        "left_offset_ms",
        _ms(F("left_onset_ms") + F("left_exposure_ms")),
        "When the left image was gone, counted from the start of the trial.",
        MILLISECONDS,
    ),
    Column("left_exposure_ms", _ms(F("left_exposure_ms")), "How long the left image was on screen.", MILLISECONDS),
    Column(
        "right_onset_ms",
        _ms(F("right_onset_ms")),
        "When the right image appeared, counted from the start of the trial; empty for a single image.",
        MILLISECONDS,
    ),
    Column(
        "right_offset_ms",
        _ms(F("right_onset_ms") + F("right_exposure_ms")),
        "When the right image was gone, counted from the start of the trial; empty for a single image.",
        MILLISECONDS,
    ),
    Column(
        "right_exposure_ms",
        _ms(F("right_exposure_ms")),
        "How long the right image was on screen; empty for a single image.",
        MILLISECONDS,
    ),
    Column("frames", F("frames"), "Frames that the browser drew during the exposure."),
    Column("frame_ms", _Rounded(F("refresh_ms"), parts=100), "Time between two frames of the screen.", MILLISECONDS),
    Column("longest_gap_ms", _ms(F("longest_gap_ms")), "Longest time between two of the frames.", MILLISECONDS),
    Column("visibility_changes", F("visibility_changes"), "How often the page was hidden or shown meanwhile."),
    Column("focus_changes", F("focus_changes"), "How often the window lost or got the focus meanwhile."),
    Column(
        "flags",
        NullIf(FLAGS, Value("")),
        "Why the trial is not counted, several separated by spaces; empty where nothing is wrong.",
        levels={value: str(label) for value, label in Response.Flag.choices},
        several=True,
    ),
    Column(
        "finished",
        _truth(Q(**{f"{PERSON}__finished__isnull": False})),
        "Whether the participant gave every response. Who did not is not counted.",
        levels=TRUTHS,
    ),
    Column(
        "excluded",
        _truth(~Q(**{f"{PERSON}__exclusion_reason": ""})),
        "Whether the rules that were set before the study opened leave the participant out.",
        levels=TRUTHS,
    ),
    Column(
        "reason",
        _filled(f"{PERSON}__exclusion_reason"),
        "Why the participant is excluded; empty for the others.",
        outside=True,
    ),
    Column("seed", F(f"{STUDY}__seed"), "Of the study: with the participant's number it gives the schedule."),
    Column("time", TIME, "When the response was received: UTC, ISO 8601."),
)
