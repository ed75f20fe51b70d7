"""How often intervals cover the truth, and how large errors are, for docs/statistics.md: `make bench ARGS=calibration`.

Minutes: every study is judged by the two bootstraps as the site judges it, with fewer draws.
"""

import argparse

from tests.analysis.calibration import KNOWN, calibrate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=2000)
    options = parser.parse_args()
    print(f"{options.studies:,} studies of each design, {options.draws:,} draws; in parentheses what is known")
    for design, known in KNOWN.items():
        found = calibrate(design, studies=options.studies, draws=options.draws)
        errors = (found.true, found.crossed, found.amt, found.binomial)
        shown = "  ".join(f"{error:.2f} ({other})" for error, other in zip(errors, known, strict=True))
        covered = f"{found.covered:.1%}, Wilson {found.wilson_covered:.1%}, AMT {found.amt_covered:.1%}"
        print(f"{design!s:38} true, crossed, AMT, binomial: {shown}   covered: {covered}", flush=True)


if __name__ == "__main__":
    main()
