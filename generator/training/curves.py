"""The curves of a run as one picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair
import vl_convert

from generator.files import written_whole

LOSSES = ("huber", "adversarial", "discriminator_loss", "accuracy", "logit_gap")
EVALUATIONS = ("colourfulness", "chroma_histogram_distance", "psnr", "ab_variation_ratio")
POINTS = 400  # of a curve: more would not be seen


def draw_curves(lines: Sequence[Mapping[str, Any]], path: Path) -> None:
    """One small chart a number, over the steps of the whole run; a dot is the mean of the steps around it."""
    steps = [line for line in lines if "held_out" not in line]
    evaluations = [line for line in lines if "held_out" in line]
    points = [*_thinned(steps), *_points(evaluations, EVALUATIONS)]
    if not points:
        return
    chart = (
        altair.Chart({"values": points})
        .mark_line(point=altair.OverlayMarkDef(size=12))
        .encode(
            x=altair.X("at:Q", title="step"),
            y=altair.Y("value:Q", title=None, scale=altair.Scale(zero=False)),
            color=altair.Color("stage:N", title="stage / photos"),
        )
        .properties(width=320, height=140)
        .facet(facet=altair.Facet("number:N", title=None), columns=2)
        .resolve_scale(y="independent")
    )
    with written_whole(path) as file:
        file.write(vl_convert.vegalite_to_png(chart.to_json(), scale=1.5))


def _thinned(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    every = max(1, len(steps) // POINTS)
    chunks = [steps[start : start + every] for start in range(0, len(steps), every)]
    return [point for chunk in chunks for point in _points([_mean(chunk)], LOSSES)]


def _mean(chunk: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of each number over steps, under the first one's stage and step."""
    names = {name for line in chunk for name in line if name in LOSSES}
    means = {name: sum(line.get(name, 0.0) for line in chunk) / sum(name in line for line in chunk) for name in names}
    return {**means, "stage": chunk[0]["stage"], "at": chunk[0]["at"]}


def _points(lines: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"number": name, "at": line["at"], "value": line[name], "stage": line.get("held_out", line["stage"])}
        for line in lines
        for name in names
        if name in line
    ]
