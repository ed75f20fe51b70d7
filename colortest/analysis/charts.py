"""Charts as Altair specifications, drawn to SVG on the server. Pure: numbers in, SVG out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import vl_convert

INK, QUIET = "#1f2328", "#8a9099"
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
    rows = [asdict(estimate) | {"label": f"{estimate.rate:.1%}"} for estimate in estimates]
    base = alt.Chart({"values": rows}).encode(
        y=alt.Y("split:N", title=None, axis=alt.Axis(domain=False, ticks=False)),
        color=alt.Color("split:N", legend=None, scale=alt.Scale(range=SPLIT_COLOURS)),
    )
    scale = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format=".0%", values=[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], grid=False)
    bars = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("low:Q", scale=scale, axis=axis, title="fool rate, with 95 % interval"), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=110, opacity=1).encode(x=alt.X("rate:Q", scale=scale), shape="split:N")
    labels = base.mark_text(dy=-14, fontSize=12).encode(x=alt.X("rate:Q", scale=scale), text="label:N")
    chance = base.mark_rule(color=QUIET, strokeDash=[4, 4]).encode(
        x=alt.XDatum(0.5), y=alt.value(0), y2=alt.value("height"), color=alt.value(QUIET)
    )
    return alt.layer(chance, bars, points, labels)


def forest_svg(estimates: Sequence[Estimate]) -> str:
    """The forest plot as SVG, one row block for each algorithm, on white so that it prints and pastes."""
    chart = (
        forest(estimates)
        .properties(width=560, height=alt.Step(44))
        .facet(
            row=alt.Row(
                "algorithm:N",
                title=None,
                header=alt.Header(labelAngle=0, labelAlign="left", labelFontSize=13),
            ),
        )
    )
    chart = chart.configure(background="white", font="sans-serif").configure_view(stroke="#d9dde2")
    return str(vl_convert.vegalite_to_svg(chart.to_json(), vl_version="5.20"))
