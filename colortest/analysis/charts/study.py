"""The figures of a study, by name, from the content of its stored report."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from colortest.analysis.charts import course, forest, spread
from colortest.analysis.charts.look import Figure

INTERVAL, SEQUENCE = "95 % interval", "95 % confidence sequence"
OF = {
    "algorithms": "Between algorithms",
    "algorithms_pooled": "Between algorithms, all splits together",
    "splits": "Between splits",
    "exposures": "Between exposures",
}

Content = Mapping[str, Any]


def figures(content: Content, showing: str) -> dict[str, Figure]:
    """What may be drawn, by the name that is in its address.

    Args:
        showing: FINAL draws everything; SEQUENCE, of a study that runs, draws what may be looked at again and again;
            HIDDEN draws only what is told by counts.
    """
    found = dict(_counts(content))
    if showing != "HIDDEN":
        found |= dict(_rates(content, showing))
    if showing == "FINAL":
        found |= dict(_final(content))
    return found


def _counts(content: Content) -> Iterator[tuple[str, Figure]]:
    timeline = content["timeline"]
    moments = [
        course.Moment(datetime.fromisoformat(row["from"]), row["finished"], row["excluded"], row["countable"])
        for row in timeline["rows"]
    ]
    if moments:
        yield "over-time", course.over_time(moments, timeline["unit"])
    for row in content["exposure"]:
        if row["count"]:
            asked = row["asked_ms"]
            name = "exposures" if asked is None else f"exposures-{asked}"
            yield name, spread.exposures(row["asked_ms"], row["edges"], row["counts"])


def _rates(content: Content, showing: str) -> Iterator[tuple[str, Figure]]:
    arms = [arm for arm in content["arms"] if arm["split"] is not None and arm["algorithm"] is not None]
    estimates = list(estimates_of(arms, sequence=showing == "SEQUENCE"))
    if estimates:
        yield "fool-rates", forest.fool_rates(estimates, of=SEQUENCE if showing == "SEQUENCE" else INTERVAL)
    changes = [
        forest.Change(
            arm["name"],
            row_of(arm),
            before["rate"],
            arm["rate"],
            before["countable"],
            arm["countable"],
        )
        for arm in arms
        if (before := arm["before"]) and before["countable"]
    ]
    if changes:
        yield "exclusions", forest.before_after(changes)
    for of, histogram in content["distributions"].items():
        if histogram and histogram["count"]:
            yield of, spread.rates(histogram["edges"], histogram["counts"], of=of)


def _final(content: Content) -> Iterator[tuple[str, Figure]]:
    for kind, title in OF.items():
        found = [_difference(row) for row in content["differences"].get(kind, [])]
        if found:
            yield f"differences-{kind}", forest.differences(found, title=title, margin=content["margin"])
    stretches = [
        course.Stretch(*(row[name] for name in ("kind", "from", "to", "rate", "low", "high", "countable")))
        for row in content["learning"]
        if row["rate"] is not None
    ]
    if stretches:
        yield "learning", course.learning(stretches)


def estimates_of(arms: list[Mapping[str, Any]], *, sequence: bool) -> Iterator[forest.Estimate]:
    """Those with a rate, with the interval or with the confidence sequence."""
    for arm in arms:
        bounds = arm["sequence"] if sequence else arm
        if arm["rate"] is not None and bounds and bounds["low"] is not None:
            yield forest.Estimate(
                algorithm=arm["name"],
                split=arm["split"] or "all splits",
                rate=arm["rate"],
                low=bounds["low"],
                high=bounds["high"],
                countable=arm["countable"],
                asked_ms=arm["asked_ms"],
            )


def row_of(arm: Mapping[str, Any]) -> str:
    """An arm in words, below the name of its algorithm."""
    split = arm["split"] or "all splits"
    return split if arm["asked_ms"] is None else f"{split}, {forest.exposure(arm['asked_ms'])}"


def _difference(row: Mapping[str, Any]) -> forest.Difference:
    pairs = list(zip(_parts(row["a"]), _parts(row["b"]), strict=True))
    equivalence = row["equivalence"]
    return forest.Difference(
        a=", ".join(one for one, two in pairs if one and one != two),
        b=", ".join(two for one, two in pairs if two and one != two),
        shared=", ".join(one for one, two in pairs if one == two and one),
        value=row["value"],
        low=row["low"],
        high=row["high"],
        p=row["p_holm"],
        beats=row["beats"],
        equivalent=equivalence and equivalence["equivalent"],
    )


def _parts(arm: Mapping[str, Any]) -> tuple[str, str, str]:
    asked = arm["asked_ms"]
    return arm["name"] or "", arm["split"] or "", "" if asked is None else forest.exposure(asked)
