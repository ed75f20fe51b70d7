"""The rules by which a finished run is left out of a fool rate, and why in plain words. Pure.

They are set before a study opens and judged once, when the run finishes. A check that could not be made, because there
was nothing to check, is not a check that failed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

FAST_MS = 200.0  # to see, to decide and to press takes longer

# What tells each rule by its reason, and the rule in words. The last one is not judged here but where eyes are tested.
RULES = {
    "catch trials, fewer than": "caught too few catch trials",
    "responses within": "responded too fast too often",
    "chose “": "chose the same too often",
    "test trials flagged": "too many exposures failed",
    "may see colours differently": "may see colours differently",
}


@dataclass(frozen=True)
class Rules:
    """Shares 0..1. A run at the border stays in."""

    min_catch_accuracy: float = 0.0
    max_fast_share: float = 1.0
    max_same_side_share: float = 1.0
    max_flagged_share: float = 1.0


@dataclass(frozen=True)
class Tally:
    """So many of so many."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """0..1; None of nothing."""
        return self.count / self.of if self.of else None

    def below(self, least: float) -> bool:
        return self.share is not None and self.share < least

    def above(self, most: float) -> bool:
        return self.share is not None and self.share > most


@dataclass(frozen=True)
class Conduct:
    """What a participant did, practice left out.

    caught: catch trials in which the obviously wrong one was not taken for real, of those not flagged.
    fast: responses within FAST_MS of the moment when a choice was possible.
    same_side: choices of the side chosen more often; of single images, of the verdict given more often.
    flagged: test trials whose exposure failed, of those shown.
    """

    caught: Tally
    fast: Tally
    same_side: Tally
    flagged: Tally
    favourite: str = ""  # the side or verdict of `same_side`, as the reason names it


def reasons(conduct: Conduct, rules: Rules) -> Iterator[str]:
    """Why these rules exclude who did this, each with its numbers; none when they do not."""
    if conduct.caught.below(rules.min_catch_accuracy):
        caught = f"caught {_of(conduct.caught)} catch trials"
        yield f"{caught}, fewer than {_percent(rules.min_catch_accuracy)}"
    if conduct.fast.above(rules.max_fast_share):
        yield f"{_of(conduct.fast)} responses within {FAST_MS:g} ms, more than {_percent(rules.max_fast_share)}"
    if conduct.same_side.above(rules.max_same_side_share):
        chose = f"chose “{conduct.favourite}” in {_of(conduct.same_side)} trials"
        yield f"{chose}, more than {_percent(rules.max_same_side_share)}"
    if conduct.flagged.above(rules.max_flagged_share):
        yield f"{_of(conduct.flagged)} test trials flagged, more than {_percent(rules.max_flagged_share)}"


def rules_in(reason: str) -> list[str]:
    """The rules that a stored reason speaks of, in words without its numbers; “other” for one that is not known."""
    found = [words for pattern, words in RULES.items() if pattern in reason]
    return found or ["other"]


def _of(tally: Tally) -> str:
    return f"{tally.count} of {tally.of}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
