"""Figures of fool rates beside numbers that a program can measure, drawn from what is stored."""

from typing import Any

from colortest.analysis import photos
from colortest.analysis.charts.look import Figure
from colortest.analysis.charts.quality import Correlation, Measured, beside
from colortest.analysis.quality import NUMBERS
from colortest.experiment.models import Study


def figure(study: Study, number: str, rows: list[dict[str, Any]]) -> Figure:
    """Each colorization's fool rate over one number. rows: those of `correlations`."""

    def points() -> list[Measured]:
        columns = ("name", "split", "number", "shrunk")
        return [Measured(*(row[name] for name in columns)) for row in photos.measured(study, number)]

    known = [
        Correlation(*(row[name] for name in ("name", "split", "rho", "low", "high", "colorizations")))
        for row in rows
        if row["number"] == number
    ]
    return beside(*NUMBERS[number], points, known)
