"""Writes of studies, participants and responses. Each is atomic and rings for what follows it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.text import slugify

from colortest import jobs
from colortest.experiment import flow, schedule
from colortest.experiment.consent import CONSENT_TEXT, CONSENT_VERSION
from colortest.experiment.exposure import Exposure, flags
from colortest.experiment.models import DESIGN, Arm, Participant, Response, Study, Trial, secret
from colortest.experiment.presets import PRESETS
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm, TestSet
from colortest.stimuli.services import request_colorizations

RESERVED = {"new"}  # addresses of their own below /studies/
GIVE_BACK = timedelta(hours=1)  # a run that takes longer is taken for abandoned


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
        consent_text=CONSENT_TEXT,
        consent_version=CONSENT_VERSION,
        **asdict(PRESETS[preset]),
    )
    # The catch algorithms belong to the design like those under test: what a participant sees is all in the arms.
    shown = [*algorithms, *Algorithm.objects.catch()]
    Arm.objects.bulk_create(Arm(study=study, algorithm=algorithm) for algorithm in shown)
    for algorithm in shown:
        request_colorizations(photos=study.photos(), algorithm=algorithm)
    return study


@transaction.atomic
def open_study(*, study: Study) -> Study:
    """DRAFT or CLOSED → OPEN. The design freezes at the first opening and gets its hash.

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
    return study


@transaction.atomic
def close_study(*, study: Study) -> Study:
    """OPEN → CLOSED: nobody new starts; those under way may finish."""
    Study.objects.filter(pk=study.pk, status=Study.Status.OPEN).update(status=Study.Status.CLOSED)
    study.refresh_from_db()
    return study


def design_hash(study: Study) -> str:
    """SHA-256 over everything that a participant of this study sees and is judged by, the photos included."""
    design = {name: getattr(study, name) for name in DESIGN}
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


@transaction.atomic
def admit_participant(*, study: Study, code: str = "", simulated: bool = False) -> Participant:
    """Record consent and write the whole schedule: from here on the server knows every trial.

    The study's row is locked meanwhile, so that two people who start at once see each other's allocation. A consent
    form that is sent twice carries the same `code` twice, and admits one participant.

    Raises:
        Refused: the study is not open.
    """
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.status != Study.Status.OPEN:
        raise Refused("This study does not take participants at the moment.")
    known = study.participants.filter(code=code).first()
    if known:
        return known
    number = (study.participants.aggregate(last=Max("number"))["last"] or 0) + 1
    participant = Participant.objects.create(
        study=study,
        number=number,
        code=code or secret(),
        simulated=simulated,
        consent_version=study.consent_version,
    )
    planned = schedule.draw(
        study.counts,
        *_pairs(study, simulated=simulated),
        seed=f"{study.seed}/{participant.number}",
        conditions=study.conditions,
    )
    Trial.objects.bulk_create(
        Trial(
            participant=participant,
            position=position,
            kind=trial.kind,
            colorization_id=trial.colorization,
            real_side=trial.real_side,
            first_side=trial.first_side,
            exposure_ms=trial.exposure_ms,
            block=trial.block,
            reserve=trial.reserve,
        )
        for position, trial in enumerate(planned)
    )
    return participant


def begin(*, participant: Participant) -> None:
    """The instructions are read; saying so twice changes nothing."""
    Participant.objects.filter(pk=participant.pk, started=None).update(started=timezone.now())


@transaction.atomic
def record_response(*, trial: Trial, chosen_side: str, rt_ms: float, exposure: Exposure) -> None:
    """Store the response to a participant's current trial; sent again, it changes nothing.

    Raises:
        Refused: the trial is not the participant's next one.
    """
    participant = Participant.objects.select_for_update(no_key=True).get(pk=trial.participant_id)
    if participant.started is None or Trial.objects.due(participant).first() != trial:
        if Response.objects.filter(pk=trial.pk).exists():
            return
        raise Refused("This is not the trial you are at. The page goes on where you left off.")
    asked_ms = flow.asked_ms(trial)
    Response.objects.create(
        trial=trial,
        chosen_side=chosen_side,
        rt_ms=rt_ms,
        asked_ms=asked_ms,
        left_onset_ms=exposure.left_onset_ms,
        right_onset_ms=exposure.right_onset_ms,
        left_exposure_ms=exposure.left_ms,
        right_exposure_ms=exposure.right_ms,
        frames=exposure.frames,
        longest_gap_ms=exposure.longest_gap_ms,
        refresh_ms=exposure.refresh_ms,
        visibility_changes=exposure.visibility_changes,
        focus_changes=exposure.focus_changes,
        flags=flags(exposure, asked_ms=asked_ms),
    )
    if not Trial.objects.due(participant).exists():
        _finish(participant)


def _finish(participant: Participant) -> None:
    participant.finished = timezone.now()
    participant.exclusion_reason = _exclusion_reason(participant)
    excluded = bool(participant.exclusion_reason)
    participant.ending = Participant.Ending.FAILED_ATTENTION if excluded else Participant.Ending.COMPLETED
    participant.save(update_fields=["finished", "exclusion_reason", "ending"])
    jobs.compute_fool_rates(participant.study_id)


def _exclusion_reason(participant: Participant) -> str:
    """Why the study's rules exclude this participant; empty when they do not."""
    minimum = participant.study.min_catch_accuracy
    counted = Participant.objects.with_catch_accuracy().get(pk=participant.pk)
    if counted.catch_count and counted.caught_count / counted.catch_count < minimum:
        return f"caught {counted.caught_count} of {counted.catch_count} catch trials, fewer than {100 * minimum:.0f} %"
    return ""


def _pairs(study: Study, *, simulated: bool) -> tuple[list[schedule.Pair], list[schedule.Pair]]:
    """The pairs under test and those for catch trials, with how often each was or is being shown in this study.

    Who left, or is excluded, gives the places back. People and simulated participants are balanced apart.
    """
    counted = study.participants.holding_places(since=timezone.now() - GIVE_BACK).filter(simulated=simulated)
    shown = Q(trials__kind=Trial.Kind.TEST, trials__participant__in=counted)
    ready = study.pairs().ready().order_by("pk")
    under_test = (
        ready.filter(algorithm__in=study.under_test())
        .annotate(seen=Count("trials", filter=shown))
        .values_list("pk", "photo_id", "photo__split", "algorithm_id", "seen")
    )
    catch = ready.filter(algorithm__in=study.for_catch_trials()).values_list("pk", "photo_id")
    return (
        [schedule.Pair(pk, photo, (split, algorithm), seen) for pk, photo, split, algorithm, seen in under_test],
        [schedule.Pair(pk, photo, arm="catch") for pk, photo in catch],
    )
