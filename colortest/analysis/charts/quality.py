"""Fool rates of single colorizations beside numbers that a program can measure on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from colortest.analysis.charts.look import CHANCE, HEIGHT, QUIET, Figure, Table, marks, percent_axis, values


@dataclass(frozen=True)
class Measured:
    """One colorization: a measured number and its fool rate, a proportion."""

    algorithm: str
    split: str
    number: float
    rate: float


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation of a number with the fool rate over so many colorizations of one split, because
    splits have means of their own; None where it is none.
    """

    algorithm: str
    split: str
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
    said = "; ".join(f"{one.algorithm} on {one.split} {one.label}" for one in correlations)
    rows = tuple((one.algorithm, one.split, one.label, f"{one.colorizations:,}") for one in correlations)
    return Figure(
        title=f"Fool rate and {name}",
        alternative=f"Fool rates of single colorizations over their {name}. Rank correlation: {said or 'too few'}.",
        table=Table(
            ("Algorithm", "Split", "Spearman’s ρ, with its 95 % interval", "Colorizations"),
            rows,
            ("", "", "rank-correlation", "rank-correlation"),
            words=2,
        ),
        draw=lambda width: _scatter(f"{name}, {unit}" if unit else name, measured(), width),
    )


def _scatter(title: str, measured: Sequence[Measured], width: int) -> Any:
    """One panel for each split, below each other, with the same marks and axes."""
    names = list(dict.fromkeys(one.algorithm for one in measured))
    by_split: dict[str, list[Measured]] = {}
    for one in measured:
        by_split.setdefault(one.split, []).append(one)
    panels = [_panel(title, of_split, names, width) for of_split in by_split.values()]
    if len(panels) == 1:
        return panels[0]
    titles = [alt.Title(split, anchor="start") for split in by_split]
    named = [panel.properties(title=title) for title, panel in zip(titles, panels, strict=True)]
    return alt.vconcat(*named).resolve_scale(x="shared")


def _panel(title: str, measured: Sequence[Measured], names: Sequence[str], width: int) -> Any:
    rows = [{"algorithm": one.algorithm, "number": one.number, "rate": one.rate} for one in measured]
    legend = alt.Legend(title=None, orient="bottom", direction="vertical", symbolOpacity=1) if len(names) > 1 else None
    colours, shapes = marks(names)
    axis = alt.Axis(grid=False, tickCount=width // 100 + 2)
    points = alt.Chart(values(rows)).mark_point(size=50, opacity=0.8, strokeWidth=1.5)
    points = points.encode(
        x=alt.X("number:Q", title=title, scale=alt.Scale(zero=False), axis=axis),
        y=alt.Y("rate:Q", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), title="fool rate, shrunk"),
        color=alt.Color("algorithm:N", legend=legend, scale=colours),
        shape=alt.Shape("algorithm:N", legend=legend, scale=shapes),
    )
    chance = alt.Chart(values([{"rate": CHANCE}])).mark_rule(strokeDash=[4, 4], color=QUIET).encode(y="rate:Q")
    return alt.layer(chance, points).properties(width=width, height=HEIGHT)
