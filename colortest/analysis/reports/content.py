"""A whole report, part by part; `models.reports.Report` says what each part holds."""

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import Any

from colortest.analysis import live
from colortest.analysis.models import FoolRate
from colortest.analysis.reports import cautions, details, progress
from colortest.analysis.reports.agreeing import agreement_content, mixed_content
from colortest.analysis.reports.arms import (
    Arm,
    arm_content,
    arms_content,
    arms_of,
    differences_content,
    everything,
    rankings_content,
)
from colortest.analysis.reports.people import People
from colortest.analysis.reports.responses import sampled
from colortest.analysis.reports.values import Content
from colortest.analysis.statistics.curves import Histogram, histogram
from colortest.experiment.exclusion import rules_in
from colortest.experiment.models import Study

VERSION = 1
LEVEL = 0.95


def report_content(study: Study, *, simulated: bool) -> Content | None:
    """The content of a report, from stored fool rates and their sums; None before there are any."""
    stored = (
        study.fool_rates.filter(simulated=simulated, sums__isnull=False).for_page().select_related("algorithm", "sums")
    )
    rates: Sequence[FoolRate] = list(stored)
    if not rates:
        return None
    people = People.of(study, simulated=simulated)
    arms, whole = arms_of(rates, people), everything(rates, people)
    margin = study.equivalence_margin / 100
    responses, sample = sampled(study, simulated=simulated)
    arms_told = arms_content(arms, margin)
    bias = details.bias_content(study, responses)
    content = {
        "version": VERSION,
        "level": LEVEL,
        "draws": len(whole.drawn.draws.fooled),
        "seed": study.seed,
        "design_hash": study.design_hash,
        "margin": margin,
        "counts": _counts(study, whole, simulated=simulated) | details.shown_content(responses),
        "overall": arm_content(whole, margin, None),
        "arms": arms_told,
        "differences": differences_content(study, arms, margin),
        "rankings": rankings_content(arms),
        "distributions": _distributions(whole),
        "detection": details.detection_content(study, arms, responses),
        "bias": bias,
        "catch": details.catch_content(study, responses),
        "response_times": details.times_content(responses),
        "learning": details.learning_content(study, responses),
        "exposure": details.exposure_content(study, responses),
        "agreement": agreement_content(arms),
        "mixed": mixed_content(study, arms, simulated=simulated),
        "exclusion": _exclusion(study, whole, simulated=simulated),
        "timeline": progress.timeline_content(study, simulated=simulated),
        "sample": {"participants": sample.participants, "of": sample.of, "sentence": sample.sentence},
        "warnings": [*cautions.warnings(study, arms, whole), *([] if simulated else live.alerts(study))],
        "remarks": list(cautions.remarks(arms_told, bias, single=study.single)),
    }
    known: Content = _known(content)
    return known


def _counts(study: Study, whole: Arm, *, simulated: bool) -> Content:
    finished = progress.finished(study, simulated=simulated)
    excluded, everybody = finished.exclude(exclusion_reason="").count(), finished.count()
    return {
        "finished": everybody,
        "counted": everybody - excluded,
        "excluded": excluded,
        "participants": len(whole.persons),
        "photos": len(whole.photos),
        "countable": whole.countable,
        "fooled": whole.drawn.fooled,
    }


def _distributions(whole: Arm) -> Content:
    """Fool rates of participants, and of photos, each as one."""
    photos = whole.photos[whole.photos[:, 2] > 0]
    return {
        "participants": _histogram(histogram(whole.people.rates)),
        "photos": _histogram(histogram(photos[:, 1] / photos[:, 2])),
    }


def _histogram(found: Histogram | None) -> Content | None:
    if found is None:
        return None
    lists = {"edges": list(found.edges), "counts": list(found.counts), "quartiles": list(found.quartiles)}
    return {**lists, "count": found.count, "mean": found.mean, "sd": found.sd}


def _exclusion(study: Study, whole: Arm, *, simulated: bool) -> Content:
    given = progress.finished(study, simulated=simulated).exclude(exclusion_reason="")
    reasons = Counter(rule for reason in given.values_list("exclusion_reason", flat=True) for rule in rules_in(reason))
    before = {"fooled": whole.before[0], "countable": whole.before[1]}
    after = {"fooled": whole.drawn.fooled, "countable": whole.countable}
    return {
        **{name: counts | {"rate": _rate(**counts)} for name, counts in (("before", before), ("after", after))},
        "reasons": [{"reason": reason, "participants": count} for reason, count in reasons.most_common()],
    }


def _rate(*, fooled: int, countable: int) -> float | None:
    return fooled / countable if countable else None


def _known(content: Any) -> Any:
    """The same with null for every number that is none: JSON has no word for it."""
    if isinstance(content, dict):
        return {name: _known(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_known(value) for value in content]
    return None if isinstance(content, float) and not isfinite(content) else content
