"""What changes with time: responses as they come in, and fool rates from practice to the end of the test."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import altair as alt

from colortest.analysis.charts.look import (
    CHANCE,
    COLOURS,
    HEIGHT,
    QUIET,
    Figure,
    Table,
    interval,
    percent,
    percent_axis,
    values,
)

LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
CLOCK = "utcFormat(datum.value, utcFormat(datum.value, '%H:%M') == '00:00' ? '%b %d' : '%H:%M')"
NAMES = {"PRACTICE": "practice", "TEST": "test"}


@dataclass(frozen=True)
class Moment:
    """One hour, day or week of a study, from its beginning in UTC."""

    start: datetime
    finished: int
    excluded: int
    countable: int


@dataclass(frozen=True)
class Stretch:
    """The trials from one position to another, both counted from 1, with their fool rate."""

    kind: str
    first: int
    last: int
    rate: float
    low: float
    high: float
    countable: int

    @property
    def label(self) -> str:
        trials = f"{self.first}" if self.first == self.last else f"{self.first} – {self.last}"
        return f"{NAMES.get(self.kind, self.kind)} {trials}"


def over_time(moments: Sequence[Moment], unit: str) -> Figure:
    """Countable responses in each hour, day or week of UTC."""
    shape = "%Y-%m-%d %H:00" if unit == "hour" else "%Y-%m-%d"
    rows = tuple(
        (f"{one.start:{shape}}", f"{one.countable:,}", f"{one.finished:,}", f"{one.excluded:,}") for one in moments
    )
    total = sum(one.countable for one in moments)
    return Figure(
        title=f"Countable responses by {unit}",
        alternative=(
            f"Countable responses by {unit}, from {rows[0][0]} to {rows[-1][0]} UTC: {total:,} in all, at most "
            f"{max(one.countable for one in moments):,} in one {unit}."
        ),
        table=Table(
            (f"{unit.capitalize()} from (UTC)", "Countable", "Finished", "Excluded of them"),
            rows,
            ("responses-over-time", "countable", "finished", "excluded"),
        ),
        draw=lambda width: _over_time(moments, unit, width),
    )


def _over_time(moments: Sequence[Moment], unit: str, width: int) -> Any:
    rows = [
        {"from": one.start.isoformat(), "to": (one.start + LENGTHS[unit]).isoformat(), "countable": one.countable}
        for one in moments
    ]
    ticks = 4 if width < 400 else 8
    axis = alt.Axis(grid=False, tickCount=ticks, labelOverlap=True, labelExpr=CLOCK)
    bars = alt.Chart(values(rows)).mark_bar(color=COLOURS[0], stroke="white", strokeWidth=1)
    return bars.encode(
        x=alt.X("from:T", scale=alt.Scale(type="utc"), axis=axis, title="UTC"),
        x2="to:T",
        y=alt.Y(
            "countable:Q",
            title=f"countable responses by {unit}",
            axis=alt.Axis(tickCount=4, gridColor="#eee", domain=False),
        ),
        y2=alt.Y2Datum(0),
    ).properties(width=width, height=HEIGHT)


def learning(stretches: Sequence[Stretch]) -> Figure:
    """Fool rates by the position of the trial, practice first."""
    rows = tuple((one.label, percent(one.rate), interval(one.low, one.high), f"{one.countable:,}") for one in stretches)
    said = "; ".join(f"{one.label} {percent(one.rate)}" for one in stretches)
    return Figure(
        title="By the position of the trial",
        alternative=f"Fool rates by the position of the trial: {said}.",
        table=Table(("Trials", "Fool rate", "95 % interval", "Responses"), rows, ("learning",) * 4),
        draw=lambda width: _learning(stretches, width),
    )


def _learning(stretches: Sequence[Stretch], width: int) -> Any:
    rows = [
        asdict(one) | {"kind": NAMES.get(one.kind, one.kind), "label": one.label, "middle": (one.first + one.last) / 2}
        for one in stretches
    ]
    kinds, order = ["practice", "test"], [one.label for one in stretches]
    base = alt.Chart(values(rows)).encode(
        x=alt.X("label:O", sort=order, title="trials", axis=alt.Axis(labelAngle=-35, labelOverlap=True)),
        y=alt.Y("rate:Q", scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), title="fool rate"),
        color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[COLOURS[1], COLOURS[0]])),
    )
    shape = alt.Shape("kind:N", legend=None, scale=alt.Scale(domain=kinds, range=["square", "circle"]))
    marks = base.mark_point(filled=True, size=110, opacity=1).encode(shape=shape)
    intervals = base.mark_rule(strokeWidth=2.5).encode(y="low:Q", y2="high:Q")
    chance = base.mark_rule(strokeDash=[4, 4]).encode(x=alt.X(), y=alt.YDatum(CHANCE), color=alt.value(QUIET))
    return alt.layer(chance, intervals, marks).properties(width=width, height=HEIGHT)
