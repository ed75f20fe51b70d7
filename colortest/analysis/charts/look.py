"""What all charts share: what a figure is, how it looks, and the three ways in which it leaves the site."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

VEGA_LITE = "6.4"  # what this Altair writes
INK, NOTE, QUIET, LINE = "#1c1c1c", "#5a5a5a", "#858585", "#d9dde2"
# Their lightness differs by 12 or more (L* 33, 62, 48, 21), so that they stay apart in grey and for the colour-blind.
COLOURS = ["#1d4e89", "#d9822b", "#2a7f74", "#432457"]
# In this order so that no two of the four triangles share a colour.
SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right", "triangle-left"]
WIDTH, NARROW = 620, 220  # pixels of the panel; the narrow one fits a phone held upright
HEIGHT = 200
PRINT_DPI, PRINT_MM = 300, 170  # the text width of a page
CHANCE = 0.5

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """The numbers of a chart as cells; the first `words` columns are text, the others numbers.

    terms: the definition of each column, by its anchor; empty of a name.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    terms: tuple[str, ...]
    words: int = 1

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Each head with its term."""
        return tuple(zip(self.heads, self.terms, strict=True))


@dataclass(frozen=True)
class Figure:
    """A chart with all that goes with it. Nothing is drawn before it is asked for.

    alternative: what who cannot see the chart should know of it.
    draw: makes the chart for a panel that is so many pixels wide.
    """

    title: str
    alternative: str
    table: Table
    draw: Callable[[int], Any]


def svg(figure: Figure, *, width: int = WIDTH) -> str:
    """As a page shows it."""
    return str(vl_convert.vegalite_to_svg(vega_lite(figure, width=width), vl_version=VEGA_LITE))


def png(figure: Figure) -> bytes:
    """At print size: PRINT_MM wide at PRINT_DPI, and the file says so."""
    found = re.search(r'width="([\d.]+)"', svg(figure))
    drawn = float(found[1]) if found else float(WIDTH)
    scale = PRINT_MM / 25.4 * 72 / drawn  # a pixel is 1/72 inch before scaling
    return bytes(vl_convert.vegalite_to_png(vega_lite(figure), vl_version=VEGA_LITE, scale=scale, ppi=PRINT_DPI))


def vega_lite(figure: Figure, *, width: int = WIDTH) -> str:
    """The specification as JSON, with its numbers: whoever has it can draw the chart anew."""
    chart = figure.draw(width).properties(description=figure.alternative)
    chart = chart.configure(background="white", font="sans-serif", padding=16).configure_view(stroke=LINE)
    axis = {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal", "titlePadding": 10}
    chart = chart.configure_axis(**axis).configure_legend(labelFontSize=13, titleFontSize=13, labelLimit=0)
    return str(chart.to_json(indent=None))


def values(rows: Sequence[Row]) -> Any:
    """Rows of numbers as a chart takes them."""
    return {"values": [dict(row) for row in rows]}


def marks(names: Sequence[str]) -> tuple[Any, Any]:
    """Scales of colour and of shape that give each name a mark of its own, as far as 32 of them reach.

    The first four differ in both, the first eight in shape; those that share a shape differ in lightness.
    """
    apart = list(dict.fromkeys(names))
    places = [divmod(place, len(SHAPES)) for place in range(len(apart))]
    colours = [COLOURS[(place + place // len(COLOURS) + turn) % len(COLOURS)] for turn, place in places]
    shapes = [SHAPES[place] for _, place in places]
    return alt.Scale(domain=apart, range=colours), alt.Scale(domain=apart, range=shapes)


def percent_axis(width: int = NARROW) -> Any:
    """An axis of proportions, read as per cent; 50 % is always on it."""
    steps = 10 if width > 2 * NARROW else 4
    at = [step / steps for step in range(steps + 1)]
    return alt.Axis(values=at, labelExpr="format(datum.value * 100, '.0f') + ' %'", labelOverlap=False, grid=False)


def points_axis(width: int) -> Any:
    """An axis of differences of proportions, read as percentage points."""
    said = "datum.value == 0 ? '0' : format(datum.value * 100, '+.0f')"
    return alt.Axis(labelExpr=said, labelOverlap=True, grid=False, tickCount=9 if width > 2 * NARROW else 5)


def percent(proportion: float | None, digits: int = 1) -> str:
    """A proportion as pages show it."""
    return "–" if proportion is None else f"{100 * proportion:.{digits}f} %"


def interval(low: float | None, high: float | None) -> str:
    """An interval of proportions as pages show it."""
    return "–" if low is None or high is None else f"{100 * low:.1f} – {100 * high:.1f} %"


def points(difference: float | None) -> str:
    """A difference of proportions as pages show it, in percentage points."""
    return "–" if difference is None else f"{100 * difference:+.1f}".replace("-", "−")
