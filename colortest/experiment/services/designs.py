"""Writes of designs: a study from draft to open and closed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from colortest.experiment import schedule
from colortest.experiment.consent import CONSENT_TEXTS, CONSENT_VERSION
from colortest.experiment.models import DESIGN, Arm, ConsentText, Study, StudyEvent
from colortest.experiment.presets import PRESETS
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm, TestSet
from colortest.stimuli.services import request_colorizations

RESERVED = {"new"}  # addresses of their own below /studies/


@transaction.atomic
def create_study(
    *, title: str, test_set: TestSet, splits: Sequence[str], algorithms: Sequence[Algorithm], preset: str
) -> Study:
    """A draft that starts from a preset.

    Raises:
        Refused: the title leaves no slug or is taken, a split is unknown, or nothing is under test.
    """
    slug = slugify(title)[:50]
    if not slug or slug in RESERVED or Study.objects.filter(slug=slug).exists():
        raise Refused(f"“{title}” cannot be used: a study needs a title of its own with letters or digits.")
    unknown = set(splits) - set(test_set.photos.split_counts())
    if unknown or not splits:
        raise Refused(f"{test_set} has no photos in the split “{', '.join(sorted(unknown))}”.")
    if not algorithms or any(algorithm.kind == Algorithm.Kind.CATCH for algorithm in algorithms):
        raise Refused("A study needs at least one algorithm under test, and those for catch trials are not.")
    study = Study.objects.create(
        slug=slug,
        title=title,
        test_set=test_set,
        splits=sorted(set(splits)),
        preset=preset,
        consent_version=CONSENT_VERSION,
        **asdict(PRESETS[preset]),
    )
    ConsentText.objects.bulk_create(
        ConsentText(study=study, language=language, text=CONSENT_TEXTS[language]) for language in study.languages
    )
    # The catch algorithms belong to the design like those under test: what a participant sees is all in the arms.
    shown = [*algorithms, *Algorithm.objects.catch()]
    Arm.objects.bulk_create(Arm(study=study, algorithm=algorithm) for algorithm in shown)
    for algorithm in shown:
        request_colorizations(photos=study.photos(), algorithm=algorithm)
    return study


@transaction.atomic
def open_study(*, study: Study, by: User | None = None) -> Study:
    """DRAFT or CLOSED → OPEN, logged. The design freezes at the first opening and gets its hash.

    Raises:
        Refused: colorizations that the study needs are missing; the message says which.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.status == Study.Status.OPEN:
        return study
    missing = shortfall(study)
    if missing:
        raise Refused(missing)
    study.design_hash = study.design_hash or design_hash(study)
    study.status = Study.Status.OPEN
    study.save(update_fields=["status", "design_hash"])
    StudyEvent.objects.create(study=study, what=StudyEvent.What.OPENED, by=by)
    return study


@transaction.atomic
def close_study(*, study: Study, by: User | None = None) -> Study:
    """OPEN → CLOSED, logged: nobody new starts; those under way may finish."""
    if Study.objects.filter(pk=study.pk, status=Study.Status.OPEN).update(status=Study.Status.CLOSED):
        StudyEvent.objects.create(study=study, what=StudyEvent.What.CLOSED, by=by)
    study.refresh_from_db()
    return study


def design_hash(study: Study) -> str:
    """SHA-256 over everything that a participant of this study sees and is judged by, the photos included."""
    design = {name: getattr(study, name) for name in DESIGN}
    design["consent_texts"] = sorted(study.consent_texts.values_list("language", "text"))
    design["algorithms"] = sorted(study.algorithms.values_list("slug", "sha256"))
    design["photos"] = sorted(study.photos().values_list("split", "sha256"))
    return hashlib.sha256(json.dumps(design, sort_keys=True).encode()).hexdigest()


def shortfall(study: Study) -> str:
    """What the study lacks before it can open, in one sentence; empty when nothing."""
    if study.counts.catch and not study.for_catch_trials().exists():
        return "Its catch trials need an algorithm of the kind “obviously wrong”, and none was registered."
    unready = study.photos().count() * study.arms.count() - study.pairs().ready().count()
    if unready:
        return f"{unready} of its colorizations are not ready yet."
    try:
        schedule.require(study.counts, study.photos().split_counts(), study.under_test().count())
    except schedule.NotEnoughPairs as error:
        return str(error)
    return ""
