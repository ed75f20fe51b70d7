"""What a checkpoint scored on photos, as one table: a row a metric, a group of columns an evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from colortest.stimuli.training.lenient import is_count, is_number, mapping

ABOUT = ("photos", "size")  # what an evaluation says besides metrics
INTERVAL, GREY = "_interval", "_grey"  # beside a metric: its 95 % interval, and the same of the photos without colour
DIGITS, MOST_PLACES = 3, 6


@dataclass(frozen=True)
class Score:
    """A metric in one evaluation, ready to show; empty where it was not measured."""

    value: str
    interval: str
    grey: str


@dataclass(frozen=True)
class Metric:
    """A row: one score for each evaluation."""

    name: str
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Evaluations:
    """groups: name of each evaluation, and the photos it was made on. metrics: by name."""

    groups: tuple[tuple[str, str], ...]
    metrics: tuple[Metric, ...]


def read_evaluations(value: Any) -> Evaluations:
    """From `training.evaluations` of a checkpoint's JSON: {name: {metric: number}}."""
    named = {name: numbers for name, numbers in mapping(value).items() if _metrics([mapping(numbers)])}
    evaluations = list(named.values())
    return Evaluations(
        groups=tuple((name, _photos(numbers)) for name, numbers in named.items()),
        metrics=tuple(_metric(name, evaluations) for name in _metrics(evaluations)),
    )


def _metrics(evaluations: list[dict[str, Any]]) -> list[str]:
    """Names of the rows; a metric's number for grey is in the metric's own row."""
    numbers = {name for one in evaluations for name, number in one.items() if is_number(number)} - set(ABOUT)
    return sorted(name for name in numbers if not name.endswith(GREY) or name.removesuffix(GREY) not in numbers)


def _photos(numbers: Mapping[str, Any]) -> str:
    photos, size = (numbers.get(name) for name in ABOUT)
    of = f" of {size} pixels" if is_count(size) else ""
    return f"{photos:,} photos{of}" if is_count(photos) else ""


def _metric(name: str, evaluations: list[dict[str, Any]]) -> Metric:
    places = _places([one.get(name) for one in evaluations])
    return Metric(name.replace("_", " "), tuple(_score(name, one, places) for one in evaluations))


def _places(values: list[Any]) -> int:
    """So many after the point that the largest shows three digits: what stands in one row can be compared."""
    largest = max((abs(value) for value in values if is_number(value)), default=0)
    return min(max(DIGITS - 1 - floor(log10(largest)), 0), MOST_PLACES) if largest else DIGITS - 1


def _score(name: str, numbers: Mapping[str, Any], places: int) -> Score:
    interval = numbers.get(f"{name}{INTERVAL}")
    ends = [_written(end, places) for end in interval] if isinstance(interval, list) else []
    return Score(
        value=_written(numbers.get(name), places),
        interval=" – ".join(ends) if len(ends) == 2 and all(ends) else "",
        grey=_written(numbers.get(f"{name}{GREY}"), places),
    )


def _written(number: Any, places: int) -> str:
    return f"{number:.{places}f}" if is_number(number) else ""
