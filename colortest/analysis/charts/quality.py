"""Fool rates of single colorizations beside numbers that a program can measure on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from colortest.analysis.charts.look import CHANCE, COLOURS, HEIGHT, QUIET, SHAPES, Figure, Table, percent_axis, values


@dataclass(frozen=True)
class Measured:
    """One colorization: a measured number and its fool rate, a proportion."""

    algorithm: str
    number: float
    rate: float


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation of a number with the fool rate over so many colorizations; None where it is none."""

    algorithm: str
    rho: float | None
    low: float | None
    high: float | None
    colorizations: int

    @property
    def label(self) -> str:
        if self.rho is None:
            return "–"
        numbers = f"{self.rho:+.2f}" + (f" ({self.low:+.2f} … {self.high:+.2f})" if self.low is not None else "")
        return numbers.replace("-", "−")


def beside(
    name: str, unit: str, measured: Callable[[], Sequence[Measured]], correlations: Sequence[Correlation]
) -> Figure:
    """Each colorization's fool rate over a number measured on it.

    Args:
        name: of the number, as the axis says it; unit: of it, or empty.
        measured: reads the colorizations, which only the drawing needs.
    """
    said = "; ".join(f"{one.algorithm} {one.label}" for one in correlations)
    rows = tuple((one.algorithm, one.label, f"{one.colorizations:,}") for one in correlations)
    return Figure(
        title=f"Fool rate and {name}",
        alternative=f"Fool rates of single colorizations over their {name}. Rank correlation: {said or 'too few'}.",
        table=Table(("Algorithm", "Spearman’s ρ, with its 95 % interval", "Colorizations"), rows),
        draw=lambda width: _scatter(f"{name}, {unit}" if unit else name, measured(), width),
    )


def _scatter(title: str, measured: Sequence[Measured], width: int) -> Any:
    names = list(dict.fromkeys(one.algorithm for one in measured))
    rows = [{"algorithm": one.algorithm, "number": one.number, "rate": one.rate} for one in measured]
    legend = alt.Legend(title=None, orient="bottom", direction="vertical") if len(names) > 1 else None
    base = alt.Chart(values(rows)).encode(
        x=alt.X(
            "number:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False, tickCount=width // 100 + 2)
        ),
        y=alt.Y("rate:Q", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), title="fool rate, shrunk"),
    )
    marks = base.mark_point(size=40, opacity=0.8, strokeWidth=1.5).encode(
        color=alt.Color("algorithm:N", legend=legend, scale=alt.Scale(domain=names, range=COLOURS)),
        shape=alt.Shape("algorithm:N", legend=legend, scale=alt.Scale(domain=names, range=SHAPES)),
    )
    chance = alt.Chart(values([{"rate": CHANCE}])).mark_rule(strokeDash=[4, 4], color=QUIET).encode(y="rate:Q")
    return alt.layer(chance, marks).properties(width=width, height=HEIGHT)
