"""The stages of a training, each beside what its configuration asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colortest.stimuli.training.lenient import is_count, is_number, mapping, rows, text


@dataclass(frozen=True)
class Stage:
    """One part of a run, ready to show; empty where the JSON does not say.

    steps: with those that were planned, where the checkpoint is of an earlier one.
    rates: the highest learning rate of each part that learns.
    """

    name: str
    steps: str
    minutes: str
    size: str
    batch: str
    rates: str


def read_stages(training: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Those that were run, in order."""
    planned = {text(plan.get("name")): plan for plan in rows(mapping(training.get("configuration")).get("stages"))}
    return tuple(_stage(done, planned.get(text(done.get("name")), {})) for done in rows(training.get("stages")))


def _stage(done: Mapping[str, Any], plan: Mapping[str, Any]) -> Stage:
    minutes = done.get("minutes")
    rates = [f"{part} {rate:g}" for part, rate in mapping(plan.get("rates")).items() if is_number(rate)]
    return Stage(
        name=text(done.get("name")),
        steps=_steps(done.get("steps"), plan.get("steps")),
        minutes=f"{minutes:.1f}" if is_number(minutes) else "",
        size=text(plan.get("size")),
        batch=text(plan.get("batch")),
        rates=", ".join(rates),
    )


def _steps(done: Any, planned: Any) -> str:
    if not is_count(done):
        return ""
    return f"{done:,} of {planned:,}" if is_count(planned) and planned != done else f"{done:,}"
