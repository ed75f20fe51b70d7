"""Forest plots: one row for each arm or difference, with its interval and the line that means “no difference”."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt

from colortest.analysis.charts.look import (
    CHANCE,
    COLOURS,
    INK,
    LINE,
    QUIET,
    Figure,
    Table,
    interval,
    marks,
    percent,
    percent_axis,
    points,
    points_axis,
    values,
)

ROW = 52  # pixels: a point with its number above it
BEFORE, AFTER = "all who finished", "without those excluded"


@dataclass(frozen=True)
class Estimate:
    """A fool rate with its interval, proportions 0 to 1. asked_ms: None over all exposures."""

    algorithm: str
    split: str
    rate: float
    low: float
    high: float
    countable: int
    asked_ms: int | None = None

    @property
    def row(self) -> str:
        """The arm's name below that of its algorithm."""
        return self.split if self.asked_ms is None else f"{self.split}, {exposure(self.asked_ms)}"


@dataclass(frozen=True)
class Change:
    """A fool rate before and after exclusions, proportions 0 to 1; None where nothing is countable."""

    algorithm: str
    row: str
    before: float | None
    after: float | None
    before_countable: int
    after_countable: int


@dataclass(frozen=True)
class Difference:
    """Fool rate of a less that of b, −1 to 1. p: two-sided, after Holm; beats: share of draws in which a is above b.

    shared: what both arms have in common, in words; equivalent: None where it is not known.
    """

    a: str
    b: str
    shared: str
    value: float
    low: float
    high: float
    p: float | None
    beats: float | None
    equivalent: bool | None

    @property
    def label(self) -> str:
        return f"{self.a} − {self.b}" + (f" ({self.shared})" if self.shared else "")


def exposure(asked_ms: int) -> str:
    """An exposure in words; 0 lasts until the choice."""
    return f"{asked_ms:,} ms" if asked_ms else "until the choice"


def fool_rates(estimates: Sequence[Estimate], *, of: str = "95 % interval", title: str = "Fool rates") -> Figure:
    """Fool rates with intervals by algorithm and split, and the line at which people cannot tell."""
    rows = tuple(
        (one.algorithm, one.row, percent(one.rate), interval(one.low, one.high), f"{one.countable:,}")
        for one in estimates
    )
    said = "; ".join(f"{one.algorithm} on {one.row} {percent(one.rate)}" for one in estimates)
    bounds = "sequence" if "sequence" in of else "interval"
    return Figure(
        title=title,
        alternative=f"Fool rates with their {of}, and a line at 50 %, where people cannot tell: {said}.",
        table=Table(
            ("Algorithm", "Split", "Fool rate", of, "Countable"),
            rows,
            ("", "", "fool-rate", bounds, "countable"),
            words=2,
        ),
        draw=lambda width: _forest(estimates, of, width),
    )


def _forest(estimates: Sequence[Estimate], of: str, width: int) -> Any:
    rows = [asdict(one) | {"row": one.row, "label": percent(one.rate)} for one in estimates]
    colours, shapes = marks([one.split for one in estimates])
    base = alt.Chart(values(rows)).encode(
        x=alt.X("rate:Q", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(width), title=f"fool rate, with its {of}"),
        y=_rows([one.row for one in estimates]),
        color=alt.Color("split:N", legend=None, scale=colours),
    )
    intervals = base.mark_rule(strokeWidth=3).encode(x="low:Q", x2="high:Q")
    points = base.mark_point(filled=True, size=130, opacity=1)
    points = points.encode(shape=alt.Shape("split:N", legend=None, scale=shapes))
    labels = base.mark_text(dy=-15, fontSize=13, fontWeight="bold").encode(text="label:N", color=alt.value(INK))
    chart = alt.layer(_line(base, CHANCE), intervals, points, labels)
    return _by_algorithm(chart, [one.algorithm for one in estimates], width)


def before_after(changes: Sequence[Change]) -> Figure:
    """What exclusions did to each fool rate."""
    rows = tuple(
        (
            one.algorithm,
            one.row,
            percent(one.before),
            f"{one.before_countable:,}",
            percent(one.after),
            f"{one.after_countable:,}",
        )
        for one in changes
    )
    said = "; ".join(
        f"{one.algorithm} on {one.row} {percent(one.before)} before and {percent(one.after)} after" for one in changes
    )
    return Figure(
        title="Before and after exclusions",
        alternative=f"Fool rates before and after exclusions: {said}.",
        table=Table(
            ("Algorithm", "Split", "Before", "Responses", "After", "Responses"),
            rows,
            ("", "", "before-after", "before-after", "before-after", "countable"),
            words=2,
        ),
        draw=lambda width: _before_after(changes, width),
    )


def _before_after(changes: Sequence[Change], width: int) -> Any:
    rows = [asdict(one) | {"rate": one.before, "of": BEFORE} for one in changes]
    rows += [asdict(one) | {"rate": one.after, "of": AFTER} for one in changes]
    base = alt.Chart(values(rows)).encode(y=_rows([one.row for one in changes]))
    links = base.mark_rule(strokeWidth=2, color=QUIET).encode(x="before:Q", x2="after:Q")
    scale, kinds = alt.Scale(domain=[0, 1]), [BEFORE, AFTER]
    legend = alt.Legend(title=None, orient="bottom", direction="vertical", symbolStrokeWidth=2)
    marks = base.mark_point(size=120, strokeWidth=2, opacity=1, color=COLOURS[0]).encode(
        x=alt.X("rate:Q", scale=scale, axis=percent_axis(width), title="fool rate"),
        shape=alt.Shape("of:N", legend=legend, scale=alt.Scale(domain=kinds, range=["circle", "square"])),
        fill=alt.Fill("of:N", legend=legend, scale=alt.Scale(domain=kinds, range=["#fff", COLOURS[0]])),
    )
    return _by_algorithm(alt.layer(_line(base, CHANCE), links, marks), [one.algorithm for one in changes], width)


def differences(found: Sequence[Difference], *, title: str, margin: float | None = None) -> Figure:
    """Differences of fool rates with intervals, the line of none, and the band within which the design calls two equal.

    margin: half the width of that band, a proportion.
    """
    rows = tuple(
        (
            one.label,
            points(one.value),
            f"{points(one.low)} … {points(one.high)}",
            p_value(one.p),
            percent(one.beats, 0),
            "yes" if one.equivalent else "not shown",
        )
        for one in found
    )
    said = "; ".join(f"{one.label} {points(one.value)} points" for one in found)
    return Figure(
        title=title,
        alternative=f"Differences of fool rates with their 95 % intervals, and a line at none: {said}.",
        table=Table(
            ("Difference", "Points", "95 % interval", "p (Holm)", "Beats", "Equivalent"),
            rows,
            ("difference", "difference", "difference", "p-holm", "beats", "equivalence"),
        ),
        draw=lambda width: _differences(found, margin, width),
    )


def _differences(found: Sequence[Difference], margin: float | None, width: int) -> Any:
    rows = [asdict(one) | {"label": one.label, "points": points(one.value)} for one in found]
    order = [one.label for one in found]
    reach = max([0.1, *(max(abs(one.low), abs(one.high)) for one in found)])
    base = alt.Chart(values(rows)).encode(
        x=alt.X(
            "value:Q",
            scale=alt.Scale(domain=[-reach, reach], nice=True),
            axis=points_axis(width),
            title="difference in points, with its 95 % interval",
        ),
        y=alt.Y("label:N", title=None, axis=None, sort=order),
    )
    intervals = base.mark_rule(strokeWidth=3, color=COLOURS[0]).encode(x="low:Q", x2="high:Q")
    marks = base.mark_point(filled=True, size=130, opacity=1, color=COLOURS[0])
    above: dict[str, Any] = {"align": "left", "dy": -19, "fontSize": 13}
    halo = base.mark_text(**above, stroke="white", strokeWidth=4).encode(x=alt.value(4), text="label:N")
    names = base.mark_text(**above, color=INK).encode(x=alt.value(4), text="label:N")
    labels = base.mark_text(dy=17, fontSize=13, fontWeight="bold", color=INK).encode(text="points:N")
    layers = [_line(base, 0.0), intervals, marks, halo, names, labels]
    if margin:
        band = base.mark_rect(color=LINE, opacity=0.5)
        layers.insert(0, band.encode(x=alt.XDatum(-margin), x2=alt.X2Datum(margin), y=alt.Y()))
    return alt.layer(*layers).properties(width=width, height=alt.Step(ROW + 14))


def p_value(p: float | None) -> str:
    """A probability as papers print it."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _rows(names: Sequence[str]) -> Any:
    order = list(dict.fromkeys(names))
    return alt.Y("row:N", title=None, sort=order, axis=alt.Axis(domain=False, ticks=False, labelPadding=10))


def _line(base: Any, at: float) -> Any:
    """The line at which there is no difference."""
    return base.mark_rule(strokeDash=[4, 4]).encode(x=alt.XDatum(at), y=alt.Y(), color=alt.value(QUIET))


def _by_algorithm(chart: Any, names: Sequence[str], width: int) -> Any:
    """One block of rows for each algorithm, its name above it."""
    header = alt.Header(labelOrient="top", labelAnchor="start", labelFontSize=14, labelFontWeight="bold", labelLimit=0)
    row = alt.Row("algorithm:N", title=None, header=header, sort=list(dict.fromkeys(names)))
    return chart.properties(width=width, height=alt.Step(ROW)).facet(row=row).resolve_scale(y="independent")
