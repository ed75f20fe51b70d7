"""The small parts of which a report is made."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colortest.analysis.statistics.bootstrap import crossed_interval
from colortest.analysis.statistics.differences import Drawn, Test

Content = dict[str, Any]


@dataclass(frozen=True, order=True)
class Key:
    """Of which responses a number tells; None: of all of them together."""

    algorithm: str | None = None
    name: str = ""
    split: str | None = None
    asked_ms: int | None = None

    @property
    def content(self) -> Content:
        return {"algorithm": self.algorithm, "name": self.name, "split": self.split, "asked_ms": self.asked_ms}

    @property
    def words(self) -> str:
        """As a sentence calls it."""
        split = "" if self.split is None else f" on “{self.split}”"
        exposure = "" if self.asked_ms is None else f" at {self.asked_ms:,} ms" if self.asked_ms else " without a limit"
        return f"{self.name or 'the study'}{split}{exposure}"


def estimate(value: float, low: float, high: float) -> Content | None:
    """EST; None where it cannot be told."""
    if not all(isfinite(number) for number in (value, low, high)):
        return None
    return {"value": float(value), "low": min(float(low), float(value)), "high": max(float(high), float(value))}


def drawn_estimate(value: ArrayLike, draws: NDArray[np.float64]) -> Content | None:
    """EST with the percentile interval of its draws, NaN among them left out."""
    known = draws[np.isfinite(draws)]
    return estimate(float(np.asarray(value)), *np.quantile(known, [0.025, 0.975])) if len(known) else None


def share_estimate(arm: Drawn) -> Content | None:
    """EST of a share with the interval of the crossed bootstrap."""
    if not arm.countable:
        return None
    interval = crossed_interval(arm.draws, fooled=arm.fooled, countable=arm.countable)
    return estimate(arm.rate, interval.low, interval.high)


def test_content(test: Test, p_holm: float) -> Content:
    return {"value": test.value, "low": test.low, "high": test.high, "p": test.p, "p_holm": p_holm}
