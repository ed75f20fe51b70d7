"""Numbers as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import time
from typing import Any

from django import template
from django.urls import reverse

from colortest.analysis.charts import forest, look
from colortest.analysis.comparing import Comparison
from colortest.analysis.quality import NUMBERS
from colortest.analysis.shown import Shown

register = template.Library()


@dataclass(frozen=True)
class Plot:
    """A figure on a page, with the addresses of its forms."""

    name: str
    figure: look.Figure
    svg: str
    png: str
    json: str


def _plot(name: str, figure: look.Figure, address: str, *args: str) -> Plot:
    return Plot(name, figure, *(reverse(address, args=[*args, form]) for form in ("svg", "png", "json")))


@register.filter
def percent(proportion: float | None) -> str:
    return look.percent(proportion)


@register.filter
def whole_percent(proportion: float | None) -> str:
    return look.percent(proportion, 0)


@register.filter
def bounds(row: Mapping[str, Any] | None) -> str:
    """The interval of a row with `low` and `high`, proportions."""
    return look.interval(row["low"], row["high"]) if row else "–"


@register.filter
def points(difference: float | None) -> str:
    """A difference of proportions in percentage points."""
    return look.points(difference)


@register.filter
def p_value(p: float | None) -> str:
    return forest.p_value(p)


@register.filter
def decimal(number: float | None) -> str:
    """A number with two decimals, and a true minus."""
    return "–" if number is None else f"{number:.2f}".replace("-", "−")


@register.filter
def milliseconds(difference: float) -> str:
    """By how much a time was missed."""
    return f"{difference:+.1f}".replace("-", "−")


@register.filter
def estimate(row: Mapping[str, float] | None) -> str:
    """A number with its interval, which is not a proportion."""
    return "–" if row is None else f"{decimal(row['value'])} ({decimal(row['low'])} … {decimal(row['high'])})"


@register.filter
def share(row: Mapping[str, float] | None) -> str:
    """A proportion with its interval."""
    return "–" if row is None else f"{look.percent(row['value'])} ({bounds(row)})"


@register.filter
def get(rows: Mapping[str, Any], key: str) -> Any:
    """What a mapping holds under a key that is computed."""
    return rows.get(key)


@register.inclusion_tag("analysis/_reach.html")
def reach(rate: float, interval: Mapping[str, float]) -> dict[str, str]:
    """A fool rate with its interval as a dot on a line from 0 to 100 %."""
    return {name: f"{100 * number:.1f}" for name, number in (("rate", rate), *interval.items())}


@register.inclusion_tag("analysis/_figures.html", takes_context=True)
def figures(context: Mapping[str, Any], shown: Shown, kind: str) -> dict[str, Any]:
    """The charts of a kind, with their forms to download and their tables: `differences`, or one of them by name."""
    slug, wanted = context["study"].slug, shown.prefix + kind
    found = shown.quality if kind in NUMBERS else shown.figures
    chosen = {name: one for name, one in found.items() if name == wanted or name.startswith(f"{wanted}-")}
    plots = [_plot(name, one, "chart", slug, name) for name, one in chosen.items()]
    return {"plots": plots, "at": f"{shown.computed.timestamp():.3f}-{shown.showing.lower()}"}


@register.inclusion_tag("analysis/_figures.html")
def compared_figure(comparison: Comparison) -> dict[str, Any]:
    """The chart of two studies, which a browser keeps for no other moment than this."""
    slugs = comparison.a.slug, comparison.b.slug
    return {"plots": [_plot("both", comparison.figure, "compare_chart", *slugs)], "at": f"{time():.3f}"}
