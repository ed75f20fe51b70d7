"""How numbers are spread: histograms."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from colortest.analysis.charts.look import COLOURS, HEIGHT, QUIET, Figure, Table, percent_axis, values

SIGNED = "datum.value == 0 ? '0' : format(datum.value, '+')"


def rates(edges: Sequence[float], counts: Sequence[int], *, of: str) -> Figure:
    """How many participants, or photos, have which fool rate.

    Args:
        edges: of the bins, proportions; one more than counts.
        of: what is counted, in the plural.
    """
    rows = tuple(
        (f"{100 * low:.0f} – {100 * high:.0f} %", f"{count:,}")
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    )
    return Figure(
        title=f"Fool rates of {of}",
        alternative=f"How many {of} have which fool rate: {_fullest(rows, of)}.",
        table=Table(("Fool rate", of.capitalize()), rows, ("spread", "spread")),
        draw=lambda width: _histogram(
            edges,
            counts,
            alt.X("low:Q", axis=percent_axis(width), title="fool rate", scale=alt.Scale(domain=[0, 1])),
            of,
            width,
        ),
    )


def exposures(asked_ms: int | None, edges: Sequence[float], counts: Sequence[int]) -> Figure:
    """By how much the exposures that were achieved differ from what was asked for, milliseconds.

    asked_ms: None where it was not the same for all, as on a staircase.
    """
    rows = tuple((label, f"{count:,}") for label, count in zip(_beyond(edges), counts, strict=True))
    axis = alt.Axis(
        grid=False, tickCount=9, labelExpr="datum.value == 0 ? '0' : format(datum.value, '+')", labelOverlap=True
    )
    title = "achieved − asked, in ms" if asked_ms is None else f"achieved − asked ({asked_ms:,} ms), in ms"
    return Figure(
        title="Exposures, as achieved" if asked_ms is None else f"Exposures of {asked_ms:,} ms, as achieved",
        alternative=f"Achieved less asked exposure: {_fullest(rows, 'test trials')}.",
        table=Table(("Achieved − asked", "Test trials"), rows, ("exposure", "exposure")),
        draw=lambda width: _histogram(edges, counts, alt.X("low:Q", axis=axis, title=title), "test trials", width),
    )


def _beyond(edges: Sequence[float]) -> list[str]:
    """Names of the bins, of which the first and the last also hold what lies beyond."""
    names = [f"{low:+g} … {high:+g} ms" for low, high in zip(edges, edges[1:], strict=False)]
    names[0], names[-1] = f"under {edges[1]:+g} ms", f"over {edges[-2]:+g} ms"
    return [name.replace("-", "−") for name in names]


def _fullest(rows: Sequence[tuple[str, str]], of: str) -> str:
    """The bin with most in it."""
    label, count = max(rows, key=lambda row: int(row[1].replace(",", "")))
    total = sum(int(row[1].replace(",", "")) for row in rows)
    return f"most, {count} of {total:,} {of}, are in {label}"


def _histogram(edges: Sequence[float], counts: Sequence[int], x: Any, of: str, width: int) -> Any:
    rows = [
        {"low": low, "high": high, "count": count} for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]
    y = alt.Y(
        "count:Q",
        title=of,
        scale=alt.Scale(zero=True),
        axis=alt.Axis(tickCount=4, tickMinStep=1, gridColor="#eee", domain=False),
    )
    bars = alt.Chart(values(rows)).mark_bar(color=COLOURS[0], stroke="white", strokeWidth=1)
    bars = bars.encode(x=x, x2="high:Q", y=y, y2=alt.Y2Datum(0))
    base = alt.Chart(values(rows)).mark_rule(color=QUIET).encode(y=alt.YDatum(0))
    return alt.layer(bars, base).properties(width=width, height=HEIGHT)
