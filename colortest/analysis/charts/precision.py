"""What a design can show: the width of its interval by the number of people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt

from colortest.analysis.charts.look import COLOURS, HEIGHT, INK, NOTE, QUIET, Figure, Table, values


@dataclass(frozen=True)
class Width:
    """How wide an interval will be with so many people, in percentage points."""

    people: int
    points: float


def widths(by_people: Sequence[Width], *, chosen: Width, floor: float) -> Figure:
    """Interval width by the number of people, with the number chosen, and the floor that the photos set."""
    said = f"{chosen.points:.1f} points with {chosen.people}, and never under {floor:.1f}"
    rows = tuple((str(one.people), f"{one.points:.1f}") for one in by_people)
    return Figure(
        title="Width of the interval",
        alternative=f"Width of the interval by the number of people: {said}.",
        table=Table(("People in each arm", "Points"), rows, ("", "power-width")),
        draw=lambda width: _widths(by_people, chosen, floor, width),
    )


def _widths(by_people: Sequence[Width], chosen: Width, floor: float, width: int) -> Any:
    axis = alt.Axis(grid=False, tickCount=6)
    base = alt.Chart(values([asdict(one) for one in by_people])).encode(
        x=alt.X("people:Q", title="people in each arm", axis=axis, scale=alt.Scale(domainMin=0, nice=False)),
        y=alt.Y("points:Q", title="width in points", axis=axis, scale=alt.Scale(domainMin=0)),
    )
    line = base.mark_line(strokeWidth=3, color=COLOURS[0])
    here = alt.Chart(values([asdict(chosen) | {"label": f"{chosen.points:.1f} points"}]))
    here = here.encode(x="people:Q", y="points:Q")
    point = here.mark_point(filled=True, size=130, opacity=1, color=COLOURS[1])
    label = here.mark_text(dx=10, dy=-12, align="left", fontSize=13, fontWeight="bold", color=INK)
    below = alt.Chart(values([{"floor": floor, "label": f"floor of the photos: {floor:.1f}"}])).encode(y="floor:Q")
    rule = below.mark_rule(strokeDash=[4, 4], strokeWidth=2, color=QUIET)
    name = below.mark_text(x=8, dy=-8, align="left", fontSize=13, color=NOTE).encode(text="label:N")
    layers = (rule, name, line, point, label.encode(text="label:N"))
    return alt.layer(*layers).properties(width=width, height=HEIGHT)
