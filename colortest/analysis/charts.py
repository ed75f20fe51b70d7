"""Charts as Altair specifications, drawn to SVG on the server. Pure: numbers in, SVG out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import vl_convert

VEGA_LITE = "6.4"  # what this Altair writes
INK, NOTE, QUIET = "#1c1c1c", "#5a5a5a", "#858585"
WIDTH, NARROW = 620, 220  # pixels of the panel; the narrow one fits a phone held upright
HEIGHT = 200
PERCENT = alt.Axis(
    values=[tenth / 10 for tenth in range(11)],
    labelExpr="format(datum.value * 100, '.0f') + ' %'",
    labelOverlap=True,
    grid=False,
)
# Dark blue and orange differ in lightness too (L* 35 and 64): they stay apart in grey and for colour-blind readers.
SPLIT_COLOURS = ["#1d4e89", "#d9822b", "#4b7f52", "#8a5a9e"]


@dataclass(frozen=True)
class Estimate:
    """A fool rate with its interval, proportions 0 to 1."""

    algorithm: str
    split: str
    rate: float
    low: float
    high: float
    countable: int


def forest(estimates: Sequence[Estimate]) -> Any:
    """Fool rates with intervals by algorithm and split, and the line at which people cannot tell."""
    rows = [asdict(estimate) | {"label": f"{100 * estimate.rate:.1f} %"} for estimate in estimates]
    base = alt.Chart({"values": rows}).encode(
        x=alt.X("rate:Q", scale=alt.Scale(domain=[0, 1]), axis=PERCENT, title="fool rate, with its 95 % interval"),
        y=alt.Y("split:N", title=None, axis=alt.Axis(domain=False, ticks=False, labelPadding=10)),
        color=alt.Color("split:N", legend=None, scale=alt.Scale(range=SPLIT_COLOURS)),
    )
    intervals = base.mark_rule(strokeWidth=3).encode(x="low:Q", x2="high:Q")
    points = base.mark_point(filled=True, size=130, opacity=1).encode(shape=alt.Shape("split:N", legend=None))
    labels = base.mark_text(dy=-15, fontSize=13, fontWeight="bold").encode(text="label:N", color=alt.value(INK))
    chance = base.mark_rule(strokeDash=[4, 4]).encode(x=alt.XDatum(0.5), y=alt.Y(), color=alt.value(QUIET))
    return alt.layer(chance, intervals, points, labels)


def forest_svg(estimates: Sequence[Estimate], *, width: int = WIDTH) -> str:
    """The forest plot as SVG, one row block for each algorithm."""
    names = alt.Header(labelOrient="top", labelAnchor="start", labelFontSize=14, labelFontWeight="bold", labelLimit=0)
    chart = forest(estimates).properties(width=width, height=alt.Step(52))
    chart = chart.facet(row=alt.Row("algorithm:N", title=None, header=names))
    return _svg(chart)


@dataclass(frozen=True)
class Width:
    """How wide an interval will be with so many people, in percentage points."""

    people: int
    points: float


def width_svg(widths: Sequence[Width], *, chosen: Width, floor: float, width: int = WIDTH) -> str:
    """Interval width by the number of people as SVG, with the number chosen, and the floor that the photos set."""
    axis = alt.Axis(grid=False, tickCount=6)
    base = alt.Chart({"values": [asdict(one) for one in widths]}).encode(
        x=alt.X("people:Q", title="people in each arm", axis=axis, scale=alt.Scale(domainMin=0, nice=False)),
        y=alt.Y("points:Q", title="width in points", axis=axis, scale=alt.Scale(domainMin=0)),
    )
    line = base.mark_line(strokeWidth=3, color=SPLIT_COLOURS[0])
    here = alt.Chart({"values": [asdict(chosen) | {"label": f"{chosen.points:.1f} points"}]})
    here = here.encode(x="people:Q", y="points:Q")
    point = here.mark_point(filled=True, size=130, opacity=1, color=SPLIT_COLOURS[1])
    label = here.mark_text(dx=10, dy=-12, align="left", fontSize=13, fontWeight="bold", color=INK).encode(
        text="label:N"
    )
    below = alt.Chart({"values": [{"floor": floor, "label": f"floor of the photos: {floor:.1f}"}]}).encode(y="floor:Q")
    rule = below.mark_rule(strokeDash=[4, 4], strokeWidth=2, color=QUIET)
    name = below.mark_text(x=8, dy=-8, align="left", fontSize=13, color=NOTE).encode(text="label:N")
    chart = alt.layer(rule, name, line, point, label).properties(width=width, height=HEIGHT)
    return _svg(chart)


def _svg(chart: Any) -> str:
    """The one look of our charts, on white so that they print and paste."""
    chart = chart.configure(background="white", font="sans-serif", padding=16).configure_view(stroke="#d9dde2")
    chart = chart.configure_axis(labelFontSize=13, titleFontSize=13, titleFontWeight="normal", titlePadding=10)
    return str(vl_convert.vegalite_to_svg(chart.to_json(), vl_version=VEGA_LITE))
