"""Whether a running study goes as it should: what jumped, which arm falls behind, how long it will take. Pure.

A check that could not be made is not a check that failed: who could not be judged is left out, and where too few are
left, the answer is that nobody knows.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from statistics import fmean
from typing import TypeVar

import scipy

RECENT = 20  # people whose share is compared
EARLIER = 200  # at most so many before them are what it is compared with, and at least as many as RECENT
RISE = 0.1  # a jump is at least so much of a share,
CHANCE = 0.001  # and less likely than this where nothing changed: the study is watched all the time
BEHIND, ENOUGH = 0.8, 50  # an arm is behind with less than this share of the fullest one, when that has so many
PACE_OF = 20  # people after whom the pace is judged
LEAST_FOR_PACE = 3


Arm = TypeVar("Arm", bound=Hashable)


class Verdict(Enum):
    """What a comparison found."""

    STEADY = "steady"
    JUMPED = "jumped"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Comparison:
    """The share among recent people beside that among earlier ones, 0 to 1; None where too few could be judged.

    judged: people for whom the share could be told.
    """

    verdict: Verdict
    judged: int
    recent: float | None = None
    earlier: float | None = None

    @property
    def jumped(self) -> bool:
        return self.verdict is Verdict.JUMPED


def compare(shares: Sequence[float | None]) -> Comparison:
    """Whether a share has risen lately.

    It jumped when the mean of the last RECENT people is RISE or more above that of up to EARLIER people before them,
    and the rank test of Mann and Whitney 1947 (Annals of Mathematical Statistics 18, p. 50), one-sided, with ties, says
    that chance does so in less than CHANCE of cases.

    Args:
        shares: one for each person, 0 to 1, in the order in which they finished; None where it could not be told.
    """
    judged = [share for share in shares if share is not None]
    recent, earlier = judged[-RECENT:], judged[:-RECENT][-EARLIER:]
    if len(earlier) < RECENT:
        return Comparison(Verdict.UNKNOWN, len(judged))
    means = fmean(recent), fmean(earlier)
    risen = means[0] - means[1] >= RISE
    jumped = (
        risen and scipy.stats.mannwhitneyu(recent, earlier, alternative="greater", method="asymptotic").pvalue < CHANCE
    )
    return Comparison(Verdict.JUMPED if jumped else Verdict.STEADY, len(judged), *means)


def behind(counts: Mapping[Arm, int]) -> list[Arm]:
    """The arms that have less than BEHIND of what the fullest has; none before that has ENOUGH."""
    fullest = max(counts.values(), default=0)
    return [arm for arm, count in counts.items() if fullest >= ENOUGH and count < BEHIND * fullest]


def time_left(finishes: Sequence[datetime], *, missing: int, now: datetime) -> timedelta | None:
    """How long until `missing` more people have finished, at the pace of the last PACE_OF; None where nobody knows.

    The pace counts the time since the last finish too: where nobody comes any more, it falls.

    Args:
        finishes: when people finished who count for the quota, in order.
    """
    if missing <= 0:
        return timedelta(0)
    if len(finishes) < LEAST_FOR_PACE:
        return None
    window = finishes[-PACE_OF:]
    return missing * (now - window[0]) / (len(window) - 1)


def roughly(duration: timedelta) -> str:
    """As one says it: minutes, hours or days."""
    minutes = duration / timedelta(minutes=1)
    if minutes < 1:
        return "less than a minute"
    for unit, length in (("day", 48 * 60), ("hour", 2 * 60)):
        if minutes >= length:
            return f"about {round(minutes / (24 * 60 if unit == 'day' else 60))} {unit}s"
    return f"about {round(minutes)} {'minute' if round(minutes) == 1 else 'minutes'}"
