"""The numbers of a results page as JSON: fool rates and the report, people and simulated participants apart.

Of a study that is still open it holds what its page may show: nothing but counts, or rates with the bounds that are
valid at every look, and none that are right only once.
"""

import json
from collections.abc import Iterator
from typing import Any

from colortest.analysis.models import FoolRate, FoolRateQuerySet, Report
from colortest.experiment.models import Study

VERSION = 1
FINAL, HIDDEN = "FINAL", "HIDDEN"
COUNTS = ("fooled", "countable", "participants", "photos")
# What of a report does not tell how often people were fooled, or how sure that is if one looks only once.
WHILE_OPEN = (
    "version",
    "design_hash",
    "counts",
    "exclusion",
    "timeline",
    "catch",
    "response_times",
    "exposure",
    "warnings",
)
AT_EVERY_LOOK = ("algorithm", "name", "split", "asked_ms", *COUNTS, "rate", "sequence")
WHILE_HIDDEN = ("version", "design_hash", "timeline", "warnings")


def numbers_json(study: Study) -> Iterator[bytes]:
    """The whole document, in one piece."""
    yield (json.dumps(numbers_of(study), indent=1, ensure_ascii=False) + "\n").encode()


def numbers_of(study: Study) -> dict[str, Any]:
    """The same as plain values. Rates and shares are 0 to 1, times ISO 8601; null where there is nothing to tell."""
    rates, reports = study.fool_rates.for_page(), Report.objects.filter(study=study)
    return {
        "version": VERSION,
        "study": study.slug,
        "title": study.title,
        "design_hash": study.design_hash,
        "status": study.status,
        "showing": study.showing,
        "imported": bool(study.imported),
        "people": _group(rates.filter(simulated=False), reports.filter(simulated=False).first(), study.showing),
        "simulated": _group(rates.filter(simulated=True), reports.filter(simulated=True).first(), study.showing),
    }


def _group(rates: FoolRateQuerySet, report: Report | None, showing: str) -> dict[str, Any]:
    content = report.content if report else None
    return {
        "fool_rates": [_rate(rate, showing) for rate in rates],
        "report": _report(content, showing) if content else None,
    }


def _rate(rate: FoolRate, showing: str) -> dict[str, Any]:
    """A stored fool rate: all columns once the study is closed."""
    key = {"algorithm": rate.algorithm.slug, "name": rate.algorithm.name, "split": rate.split}
    others = [field.name for field in FoolRate._meta.concrete_fields if not field.is_relation and not field.primary_key]
    shown = {FINAL: others, HIDDEN: ["asked_ms", "participants", "photos"]}
    names = shown.get(showing, ["asked_ms", *COUNTS, "rate"])
    values = {name: getattr(rate, name) for name in [*names, "computed"] if name not in key and name != "simulated"}
    return {**key, **values, "computed": rate.computed.isoformat()}


def _report(content: dict[str, Any], showing: str) -> dict[str, Any]:
    if showing == FINAL:
        return content
    if showing == HIDDEN:
        counts = {name: count for name, count in content["counts"].items() if name != "fooled"}
        return {**_only(content, WHILE_HIDDEN), "counts": counts}
    overall, arms = _only(content["overall"], AT_EVERY_LOOK), [_only(arm, AT_EVERY_LOOK) for arm in content["arms"]]
    return {**_only(content, WHILE_OPEN), "overall": overall, "arms": arms}


def _only(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
