"""Exposures that adapt to the participant: longer after an error, shorter after a correct response. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Staircase:
    """Zhou et al. 2019, on HYPE-time: 500 ms first, 30 ms more after an error, 10 ms less after a correct response,
    from 100 to 1,000 ms. All numbers are milliseconds.
    """

    start: int
    up: int
    down: int
    shortest: int
    longest: int

    def exposure(self, correct: Iterable[bool]) -> int:
        """What the next trial asks for after these responses of the same block, in order."""
        asked = self.start
        for right in correct:
            asked = min(self.longest, max(self.shortest, asked - self.down if right else asked + self.up))
        return asked
