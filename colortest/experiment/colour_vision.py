"""A screening of colour vision with plates of dots, drawn anew for each visit: which plates, and what follows. Pure.

It is a screening and not a diagnosis. `plates.py` draws them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

CONTROL, PROTAN, DEUTAN, TRITAN = "CONTROL", "PROTAN", "DEUTAN", "TRITAN"
DIGITS = "234569"  # made of dots, 1 hardly looks like a digit, 7 like 1, and 8 like 6 or 9
NOTHING = "none"  # the answer of who sees no digit
ANSWERS = (*DIGITS, NOTHING)
TWO_OF_EACH = (PROTAN, DEUTAN, TRITAN, PROTAN, DEUTAN, TRITAN)
COUNT = 1 + len(TWO_OF_EACH)
SLIPS = 1  # misread plates besides the control; who lacks a kind of cone sees no digit on both of its plates


@dataclass(frozen=True)
class Plate:
    """One picture to be: which cones it asks for, its digit, and the seed of its dots."""

    kind: str
    digit: str
    seed: str


@dataclass(frozen=True)
class Outcome:
    """What the answers say.

    errors: plates that were not read as most people do, the control included.
    control_read: whether the one that everybody reads was read; if not, the other answers say little.
    """

    errors: int
    control_read: bool

    @property
    def typical(self) -> bool:
        """The control and all other plates but one at most were read."""
        return self.control_read and self.errors <= SLIPS


def draw(seed: str) -> list[Plate]:
    """The plates of one visit: first the control, then two for each kind of cone, mixed."""
    random = Random(seed)  # noqa: S311 (reproducible; the seed is what nobody may know)
    kinds = [CONTROL, *random.sample(TWO_OF_EACH, len(TWO_OF_EACH))]
    return [Plate(kind, random.choice(DIGITS), f"{seed}/{number}") for number, kind in enumerate(kinds)]


def judge(plates: Sequence[Plate], answers: Sequence[str]) -> Outcome:
    """Compare the answers with the plates, in the same order."""
    wrong = [plate.kind for plate, answer in zip(plates, answers, strict=True) if answer != plate.digit]
    return Outcome(errors=len(wrong), control_read=CONTROL not in wrong)
