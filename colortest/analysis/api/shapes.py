"""What the read interface answers, as data: the JSON is made of these, and so is its description. Pure.

Beside the type of a name stands what it holds, or what the values are bounded by.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal


@dataclass(frozen=True)
class Bounds:
    """Between which a number lies, both included."""

    minimum: float
    maximum: float


Proportion = Annotated[float, Bounds(0, 1)]


@dataclass(frozen=True)
class Study:
    """One study of the researcher's teams."""

    slug: Annotated[str, "Names the study in addresses."]
    title: str
    status: Literal["DRAFT", "OPEN", "PAUSED", "CLOSED"]
    created: datetime
    people_started: Annotated[int, "People who began; simulated participants and test runs are not among them."]
    people_finished: Annotated[int, "People who gave every response, those excluded afterwards too."]
    address: Annotated[str, "Of the study in this interface."]


@dataclass(frozen=True)
class Studies:
    """All studies of the researcher's teams, the latest first."""

    studies: list[Study]


@dataclass(frozen=True)
class Design:
    """One study with what it shows and asks."""

    study: Study
    team: Annotated[str, "Whose researchers see it."]
    design_hash: Annotated[str, "SHA-256 over everything that participants see and are judged by; empty for a draft."]
    preset: Annotated[str, "The published protocol that it started from."]
    presentation: Annotated[str, "How the stimuli are shown."]
    question: Annotated[str, "What participants are asked."]
    exposures_ms: Annotated[list[int], "Milliseconds on screen; 0 until the choice."]
    test_set: str
    splits: list[str]
    algorithms: Annotated[list[str], "Those under test."]
    practice_trials: int
    test_trials: Annotated[int, "Of one participant, catch trials included."]
    quota: Annotated[int, "People who are to finish; 0 for any number."]


@dataclass(frozen=True)
class FoolRate:
    """How often the fakes of one algorithm on one split were taken for the real photo."""

    algorithm: str
    split: str
    asked_ms: Annotated[int | None, "The exposure in milliseconds; null for all together."]
    simulated: Annotated[bool, "From simulated participants instead of people: never to be mixed."]
    participants: int
    photos: int
    countable: Annotated[int | None, "Responses that count."]
    fooled: Annotated[int | None, "Those of them in which the fake was taken for the real photo."]
    rate: Annotated[Proportion | None, "fooled ÷ countable; 0.5 means that people cannot tell."]
    low: Annotated[Proportion | None, "Lower bound, 95 %; until a study is closed one that holds at every look."]
    high: Annotated[Proportion | None, "Upper bound, 95 %."]
    method: Annotated[str | None, "Of the bounds."]
    wilson_low: Annotated[Proportion | None, "Lower bound as if all responses were independent, 95 %."]
    wilson_high: Annotated[Proportion | None, "Upper bound as if all responses were independent, 95 %."]
    amt_mean: Annotated[Proportion | None, "Mean over the draws of the AMT script's bootstrap."]
    amt_sd: Annotated[Proportion | None, "Their standard deviation."]
    computed: datetime


@dataclass(frozen=True)
class FoolRates:
    """The fool rates of one study, as its results page shows them."""

    study: str
    design_hash: str
    showing: Annotated[
        Literal["FINAL", "SEQUENCE", "HIDDEN"],
        "FINAL once the study is closed. Before, SEQUENCE gives bounds that hold however often one looks, once they "
        "are computed, and HIDDEN no numbers of responses; the design says which of the two.",
    ]
    fool_rates: list[FoolRate]


@dataclass(frozen=True)
class Problem:
    """Why a request is not answered."""

    status: Annotated[int, "The same as of the reply."]
    message: Annotated[str, "One sentence for people."]


@dataclass(frozen=True)
class Refusal:
    """The reply to a request that is not answered."""

    error: Problem
