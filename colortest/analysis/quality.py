"""Whether numbers that a program can measure on a colorization tell how often it fools people."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from colortest.analysis import photos
from colortest.analysis.statistics.correlation import rank_correlation
from colortest.experiment.models import Study

NUMBERS = {"psnr": ("PSNR", "dB"), "colourfulness": ("colourfulness", "")}


def correlations(study: Study) -> list[dict[str, Any]]:
    """Rank correlation of each number with the shrunk fool rate, over the colorizations of each algorithm under test
    on each split: two splits together would tell of the difference between them, whatever photos do within either.

    Of people. As a report keeps it: [{number, algorithm, name, split, rho, low, high, colorizations}], where ρ and its
    bounds are null where too few colorizations have responses.
    """
    return [row for number in NUMBERS for row in _correlations(study, number)]


def _correlations(study: Study, number: str) -> Iterator[dict[str, Any]]:
    rows = photos.measured(study, number)
    for algorithm, split in product(study.under_test(), study.splits):
        mine = [row for row in rows if (row["slug"], row["split"]) == (algorithm.slug, split)]
        numbers, rates = (np.array([row[name] for row in mine], dtype=float) for name in ("number", "shrunk"))
        found = rank_correlation(numbers, rates)
        yield {
            "number": number,
            "algorithm": algorithm.slug,
            "name": algorithm.name,
            "split": split,
            "rho": found.rho if found else None,
            "low": found.low if found else None,
            "high": found.high if found else None,
            "colorizations": len(mine),
        }
