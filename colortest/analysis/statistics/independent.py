"""The difference of two numbers that nothing connects, from their intervals alone. Pure."""

from dataclasses import dataclass
from math import hypot


@dataclass(frozen=True)
class Bounded:
    """A number inside its interval."""

    value: float
    low: float
    high: float


def difference(a: Bounded, b: Bounded) -> Bounded:
    """a − b with the interval that theirs give together, at their level, where they are independent.

    Each bound lies as far from the difference as the two bounds that lead there: Zou and Donner 2008, Statistics in
    Medicine 27, p. 1693 (MOVER); with Wilson's intervals it is Newcombe's (1998, Statistics in Medicine 17, p. 873,
    method 10). Where both numbers rest on the same photos it is wider than need be.
    """
    value = a.value - b.value
    return Bounded(
        value,
        value - hypot(a.value - a.low, b.high - b.value),
        value + hypot(a.high - a.value, b.value - b.low),
    )
