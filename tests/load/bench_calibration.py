"""How often intervals cover the truth, how large errors are, and how often tests are wrong, for docs/statistics.md:
`make bench ARGS=calibration`.

Every study is judged as the site judges it, with fewer draws: some minutes for the full table, and with fewer studies,
as `make bench` has them, less. Ends with a status other than 0 where a target is missed, and says which.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from colortest.analysis.statistics.differences import (
    Drawn,
    against_half,
    difference,
    equivalent,
    equivalent_to_half,
)
from tests.analysis.calibration import KNOWN, WATCHED, Calibration, calibrate, off_target, watch
from tests.analysis.pairs import Pairs

LEAST_WATCHED = 0.95
LOOKS = 12
WRONG = 0.05  # of studies, in which a test may be


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000, help="of each design")
    parser.add_argument("--draws", type=int, default=1000, help="of the bootstraps of each study")
    parser.add_argument("--watched", type=int, default=400, help="studies of each design that are watched as they run")
    options = parser.parse_args()
    missed = [
        *_tables(options.studies, options.draws),
        *_watched(options.watched, options.draws // 5),
        *_tests(options.studies, options.draws),
    ]
    for line in missed:
        print(f"MISSED: {line}")
    print("every target is met" if not missed else f"{len(missed)} targets are missed")
    sys.exit(bool(missed))


def _tables(studies: int, draws: int) -> Iterator[str]:
    """What misses its target, after all is printed."""
    print(f"{studies:,} studies of each design, {draws:,} draws")
    for design, known in KNOWN.items():
        found = calibrate(design, studies=studies, draws=draws)
        _table(str(design), found, known)
        yield from (f"{design}: {line}" for line in off_target(found, known, studies=studies))


def _table(design: str, found: Calibration, known: tuple[float, ...]) -> None:
    print(design)
    names = ("true error", "crossed bootstrap", "AMT script", "binomial")
    for name, error, other in zip(names, found.errors, known, strict=True):
        print(f"  {name:20} {error:6.2f} points   known {other:4.1f}   ratio {error / other:4.2f}")
    print(
        f"  95 % interval covers {found.covered:7.1%}   target 93 to 99 %   ratio to 95 % {found.covered / 0.95:4.2f}"
    )
    print(f"    Wilson’s {found.wilson_covered:19.1%}", f"  AMT ± 1.96 SD {found.amt_covered:.1%}", flush=True)


def _watched(studies: int, draws: int) -> Iterator[str]:
    print(f"looked at {LOOKS} times while they run, photos drawn anew for each of {studies:,} studies")
    for design in WATCHED:
        found = watch(design, studies=studies, draws=draws, looks=LOOKS)
        print(
            f"  {design!s:40} bounds hold at all looks {found.covered:6.1%}   target {LEAST_WATCHED:.0%} or more   "
            f"width at the end {found.width:4.1f} points   "
            f"(the interval of one look: {found.crossed_covered:.1%}, {found.crossed_width:.1f} points)",
            flush=True,
        )
        if found.covered < LEAST_WATCHED:
            yield f"{design}: bounds hold at all looks in {found.covered:.1%} of studies"


@dataclass(frozen=True)
class Truth:
    """Two arms and what a test says of them that is not so."""

    told: str
    rates: tuple[float, float]
    photo_sd: float
    size: int
    wrong: Callable[[Drawn, Drawn], bool]


def _tests(studies: int, draws: int) -> Iterator[str]:
    print(f"{studies:,} pairs of arms, {draws:,} draws: how often a test is wrong; target {WRONG:.0%} or less")
    for truth in TRUTHS:
        pairs = Pairs(seed=1, rates=truth.rates, draws=draws, photo_sd=truth.photo_sd, size=truth.size)
        share = sum(truth.wrong(*pairs.study()) for _ in range(studies)) / studies
        size = f"{truth.size} people and photos that differ by {truth.photo_sd:g} logits"
        print(f"  {truth.told:62} {size:50} {share:6.1%}", flush=True)
        if share > WRONG + 3 * (WRONG * (1 - WRONG) / studies) ** 0.5:
            yield f"{truth.told}, {size}: wrong in {share:.1%}"


def _apart(one: Drawn, other: Drawn) -> bool:
    return difference(one, other).p < WRONG


def _off_half(one: Drawn, _: Drawn) -> bool:
    return against_half(one).p < WRONG


def _equal(one: Drawn, other: Drawn) -> bool:
    return equivalent(one, other, 0.15).equivalent


def _half(_: Drawn, other: Drawn) -> bool:
    return equivalent_to_half(other, 0.10).equivalent


TRUTHS = (
    *(Truth("two arms at 35 %: p < 5 %", (0.35, 0.35), sd, 40, _apart) for sd in (0.0, 1.0, 2.0)),
    Truth("two arms at 35 %: p < 5 %", (0.35, 0.35), 1.0, 20, _apart),
    *(Truth("an arm at 50 %: p < 5 %", (0.5, 0.5), sd, 40, _off_half) for sd in (1.0, 2.0)),
    *(Truth("55 and 40 %, called equivalent within 15 points", (0.55, 0.4), 1.0, size, _equal) for size in (40, 80)),
    *(Truth("an arm at 40 %, called equivalent to 50 % within 10", (0.55, 0.4), 1.0, size, _half) for size in (40, 80)),
)


if __name__ == "__main__":
    main()
