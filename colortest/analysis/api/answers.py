"""What the read interface answers about studies, from their rows."""

from collections.abc import Mapping

from django.urls import reverse

from colortest.analysis.api import shapes
from colortest.analysis.models import FoolRate
from colortest.experiment.models import Study
from colortest.experiment.models.study import StudyQuerySet

SEQUENCE = "confidence sequence, 95 %"
Key = tuple[bool, str, str, int | None, int, int]


def about_studies(studies: StudyQuerySet) -> shapes.Studies:
    """The studies of a list."""
    return shapes.Studies([_summary(study) for study in studies.with_progress()])


def about_design(study: Study) -> shapes.Design:
    """One study."""
    counted = Study.objects.with_progress().get(pk=study.pk)
    return shapes.Design(
        study=_summary(counted),
        team=study.team.name,
        design_hash=study.design_hash,
        preset=study.preset,
        presentation=study.presentation,
        question=study.question,
        exposures_ms=study.exposures_ms,
        test_set=study.test_set.slug,
        splits=study.splits,
        algorithms=list(study.under_test().order_by("slug").values_list("slug", flat=True)),
        practice_trials=study.practice_trials,
        test_trials=study.test_trials,
        quota=study.quota,
    )


def about_fool_rates(study: Study) -> shapes.FoolRates:
    """The fool rates of one study, as far as they are shown yet."""
    bounds = _sequences(study) if study.showing == "SEQUENCE" else {}
    rates = [_shown(rate, study.showing, bounds.get(_key(rate))) for rate in study.fool_rates.for_page()]
    return shapes.FoolRates(study.slug, study.design_hash, study.showing, rates)  # type: ignore[arg-type]


def _shown(rate: FoolRate, showing: str, bounds: Mapping[str, float] | None) -> shapes.FoolRate:
    """Before the study is closed no interval that holds only at a single look, and where it hides them no numbers."""
    final, hidden = showing == "FINAL", showing == "HIDDEN"
    interval = (rate.low, rate.high, rate.method) if final else (None, None, None)
    if bounds:
        interval = (bounds["low"], bounds["high"], SEQUENCE)
    return shapes.FoolRate(
        algorithm=rate.algorithm.slug,
        split=rate.split,
        asked_ms=rate.asked_ms,
        simulated=rate.simulated,
        participants=rate.participants,
        photos=rate.photos,
        countable=None if hidden else rate.countable,
        fooled=None if hidden else rate.fooled,
        rate=None if hidden else rate.rate,
        low=interval[0],
        high=interval[1],
        method=interval[2],
        wilson_low=rate.wilson_low if final else None,
        wilson_high=rate.wilson_high if final else None,
        amt_mean=rate.amt_mean if final else None,
        amt_sd=rate.amt_sd if final else None,
        computed=rate.computed,
    )


def _sequences(study: Study) -> dict[Key, Mapping[str, float]]:
    """The confidence sequences of the stored reports. Counts are part of the key: those of an older report fit none."""
    return {
        (report.simulated, arm["algorithm"], arm["split"], arm["asked_ms"], arm["fooled"], arm["countable"]): found
        for report in study.reports.all()
        for arm in report.content["arms"]
        if (found := arm["sequence"]) is not None
    }


def _key(rate: FoolRate) -> Key:
    return (rate.simulated, rate.algorithm.slug, rate.split, rate.asked_ms, rate.fooled, rate.countable)


def _summary(study: Study) -> shapes.Study:
    """A study after `with_progress()`."""
    return shapes.Study(
        slug=study.slug,
        title=study.title,
        status=study.status,  # type: ignore[arg-type]
        created=study.created,
        people_started=study.started_count,  # type: ignore[attr-defined]
        people_finished=study.finished_count,  # type: ignore[attr-defined]
        address=reverse("api_study", args=[study.slug]),
    )
