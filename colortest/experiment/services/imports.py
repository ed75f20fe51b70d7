"""Writes of studies whose responses were given elsewhere: whole and closed, so that nobody responds to them here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import Group, User
from django.db import transaction

from colortest.experiment.models import Arm, Participant, Response, Study, StudyEvent, Trial, new_seed
from colortest.experiment.presets import Protocol
from colortest.experiment.services.designs import design_hash, new_study
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet
from colortest.stimuli.services import request_colorizations

CONSENT = "elsewhere"  # the version of the text that people agreed to
BATCH = 5000  # rows of an insert
NOT_MEASURED = {"left_onset_ms": None, "visibility_changes": None, "focus_changes": None}


@dataclass(frozen=True)
class GivenRun:
    """One participant's run, as it was somewhere else."""

    number: int
    simulated: bool
    finished: bool
    exclusion_reason: str
    responses: "Sequence[GivenResponse]"  # at least one


@dataclass(frozen=True, slots=True)
class GivenResponse:
    """One response. measured: columns of a response; none where nothing was."""

    position: int
    kind: str
    block: int
    reserve: bool
    photo_id: int
    algorithm_id: int
    real_side: str
    first_side: str
    asked_ms: int
    chosen_side: str
    flags: tuple[str, ...]
    received: datetime
    measured: Mapping[str, float | None] | None


@transaction.atomic
def store_imported(
    *,
    title: str,
    team: Group,
    test_set: TestSet,
    splits: Sequence[str],
    algorithms: Sequence[Algorithm],
    preset: str,
    protocol: Protocol,
    seed: int | None,
    origin: str,
    runs: Sequence[GivenRun],
    by: User | None = None,
) -> Study:
    """A CLOSED study of these runs, marked as imported. Its pairs are asked for where nobody has made them yet.

    Raises:
        Refused: the title leaves no slug or is taken.
    """
    study = new_study(
        title,
        team=team,
        test_set=test_set,
        splits=sorted(splits),
        preset=preset,
        colour_vision=Study.ColourVision.SKIP,
        consent_version=CONSENT,
        imported=origin,
        seed=new_seed() if seed is None else seed,
        **asdict(protocol),
    )
    Arm.objects.bulk_create(Arm(study=study, algorithm=algorithm) for algorithm in algorithms)
    _write_runs(study, runs, _colorizations(algorithms, runs))
    study.last_number = max(run.number for run in runs)
    study.design_hash, study.status = design_hash(study), Study.Status.CLOSED
    study.save(update_fields=["last_number", "design_hash", "status"])
    StudyEvent.objects.create(study=study, what=StudyEvent.What.IMPORTED, by=by)
    study.refresh_from_db()
    return study


def _colorizations(algorithms: Sequence[Algorithm], runs: Sequence[GivenRun]) -> dict[tuple[int, int], int]:
    """(photo, algorithm) → colorization, of every pair that was shown."""
    shown = {(response.photo_id, response.algorithm_id) for run in runs for response in run.responses}
    for algorithm in algorithms:
        photos = Photo.objects.filter(pk__in={photo for photo, by in shown if by == algorithm.pk})
        request_colorizations(photos=photos, algorithm=algorithm)
    found = Colorization.objects.filter(photo__in={photo for photo, _ in shown}, algorithm__in=algorithms)
    return {(photo, algorithm): pk for pk, photo, algorithm in found.values_list("pk", "photo", "algorithm")}


def _write_runs(study: Study, runs: Sequence[GivenRun], colorizations: Mapping[tuple[int, int], int]) -> None:
    people = Participant.objects.bulk_create((_participant(study, run) for run in runs), batch_size=BATCH)
    given = ((person, response) for person, run in zip(people, runs, strict=True) for response in run.responses)
    while batch := list(islice(given, BATCH)):
        trials = Trial.objects.bulk_create(
            _trial(person, one, colorizations[one.photo_id, one.algorithm_id]) for person, one in batch
        )
        Response.objects.bulk_create(_responses(trials, [one for _, one in batch]))


def _participant(study: Study, run: GivenRun) -> Participant:
    times = [response.received for response in run.responses]
    return Participant(
        study=study,
        number=run.number,
        simulated=run.simulated,
        consent_version=CONSENT,
        consented=min(times),
        started=min(times),
        last_seen=max(times),
        finished=max(times) if run.finished else None,
        ending=Participant.Ending.COMPLETED if run.finished else Participant.Ending.NONE,
        exclusion_reason=run.exclusion_reason,
    )


def _trial(person: Participant, given: GivenResponse, colorization: int) -> Trial:
    return Trial(
        participant=person,
        position=given.position,
        kind=given.kind,
        block=given.block,
        reserve=given.reserve,
        colorization_id=colorization,
        real_side=given.real_side,
        first_side=given.first_side,
        exposure_ms=given.asked_ms,
    )


def _responses(trials: Sequence[Trial], given: Sequence[GivenResponse]) -> Iterator[Response]:
    for trial, one in zip(trials, given, strict=True):
        yield Response(
            trial=trial,
            chosen_side=one.chosen_side,
            asked_ms=one.asked_ms,
            flags=list(one.flags),
            received=one.received,
            **(NOT_MEASURED if one.measured is None else one.measured),
        )
