"""What changes from trial to trial, how fast people choose, and how numbers are spread. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

TENTHS = tuple(round(tenth / 10, 1) for tenth in range(11))


@dataclass(frozen=True)
class Stretch:
    """Trials next to each other: positions from `first` to `last`, both included."""

    first: int
    last: int

    def holds(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((positions >= self.first) & (positions <= self.last))


@dataclass(frozen=True)
class Times:
    """Response times in milliseconds. fast: share of those below what it takes to see, decide and press."""

    count: int
    quartiles: tuple[float, float, float]
    p95: float
    fast: float


@dataclass(frozen=True)
class Histogram:
    """How many lie between each two edges; the last edge belongs to the last bin."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    count: int
    mean: float
    sd: float | None
    quartiles: tuple[float, float, float]


def stretches(first: int, last: int, most: int) -> Iterator[Stretch]:
    """Positions from first to last in at most so many stretches, as equal as whole numbers are."""
    count = min(most, last - first + 1)
    borders = [first + round(step * (last + 1 - first) / count) for step in range(count + 1)] if count > 0 else []
    for start, end in zip(borders, borders[1:], strict=False):
        yield Stretch(start, end - 1)


def times(milliseconds: Numbers, fast_ms: float) -> Times | None:
    """None of nothing."""
    if not len(milliseconds):
        return None
    return Times(
        count=len(milliseconds),
        quartiles=quartiles(milliseconds),
        p95=float(np.quantile(milliseconds, 0.95)),
        fast=float(np.mean(milliseconds < fast_ms)),
    )


def histogram(values: Numbers, edges: Sequence[float] = TENTHS) -> Histogram | None:
    """None of nothing. What lies beyond the edges is counted in the first or the last bin."""
    if not len(values):
        return None
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=np.asarray(edges))
    return Histogram(
        edges=tuple(edges),
        counts=tuple(int(count) for count in counts),
        count=len(values),
        mean=float(np.mean(values)),
        sd=float(np.std(values, ddof=1)) if len(values) > 1 else None,
        quartiles=quartiles(values),
    )


def quartiles(values: Numbers) -> tuple[float, float, float]:
    """First, second and third, interpolated (Hyndman and Fan 1996, The American Statistician 50, p. 361, type 7)."""
    first, second, third = np.quantile(values, [0.25, 0.5, 0.75])
    return float(first), float(second), float(third)
