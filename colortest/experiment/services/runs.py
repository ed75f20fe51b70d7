"""Writes of a run: admission with its whole schedule, responses, and how it ends."""

from collections.abc import Iterable, Sequence
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from colortest import jobs
from colortest.experiment import flow, schedule
from colortest.experiment.exposure import Exposure, flags
from colortest.experiment.models import OutsideId, Participant, Response, Study, Trial, secret
from colortest.experiment.services.allocation import algorithm_for, hear_of, pairs_of, with_shown
from colortest.experiment.services.checks import qualify, vision_reason
from colortest.experiment.services.exclusion import exclusion_reason
from colortest.experiment.services.recruitment import OverQuota, digest, is_full, run_of
from colortest.refusal import Refused


@transaction.atomic
def admit_participant(
    *,
    study: Study,
    code: str = "",
    outside_id: str = "",
    language: str = settings.LANGUAGE_CODE,
    simulated: bool = False,
    rehearsal: bool = False,
    preview: bool = False,
) -> Participant:
    """Record consent and write the whole schedule: from here on the server knows every trial.

    The study's row is locked meanwhile, so that two people who start at once see each other's allocation. A consent
    form that is sent twice carries the same `code` twice, and admits one participant; so does the same `outside_id`,
    by which the study's recruiter knows a person, and of which a keyed hash is kept.

    A preview is a rehearsal that leaves no trace, of a draft or of a closed study too.

    Raises:
        NotEnoughPairs: of a preview, which may come before all colorizations are ready.
        Refused: the study is not open.
        OverQuota: it has all the people it asked for. Neither simulated participants nor rehearsals need a place.
    """
    pairs, catch = pairs_of(study)  # before anybody has to wait
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.status != Study.Status.OPEN and not preview:
        raise Refused(gettext("This study does not take participants at the moment."))
    known = study.participants.filter(code=code).first() or (run_of(study, outside_id) if outside_id else None)
    if known:
        return known
    rehearsal = rehearsal or preview
    if not (simulated or rehearsal) and is_full(study):
        raise OverQuota("This study has all the people it needs.")
    number = study.last_number + 1
    Study.objects.filter(pk=study.pk).update(last_number=number)
    seed = f"{study.seed}/{number}"
    algorithm = algorithm_for(study, simulated=simulated, random=Random(seed))  # noqa: S311 (reproducible, not a secret)
    participant = Participant.objects.create(
        study=study,
        number=number,
        algorithm_id=algorithm,
        code=code or secret(),
        simulated=simulated,
        rehearsal=rehearsal,
        preview=preview,
        consent_version=study.consent_version,
        language=language,
    )
    if outside_id:
        OutsideId.objects.create(study=study, participant=participant, digest=digest(study, outside_id))
    _draw_trials(participant, pairs, catch, seed=seed)
    return participant


def _draw_trials(
    participant: Participant, pairs: Iterable[schedule.Pair], catch: Sequence[schedule.Pair], *, seed: str
) -> None:
    """The whole schedule of a new participant, in one statement."""
    study = participant.study
    shown = with_shown(study, pairs, simulated=participant.simulated, algorithm=participant.algorithm_id)
    planned = schedule.draw(study.counts, shown, catch, seed=seed, conditions=study.conditions)
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


def begin(*, participant: Participant) -> None:
    """The instructions are read; saying so twice changes nothing. Whether somebody is at them, the page knows."""
    Participant.objects.filter(pk=participant.pk, started=None).update(started=timezone.now())


@transaction.atomic
def record_response(*, trial: Trial, chosen_side: str, rt_ms: float, exposure: Exposure) -> Participant:
    """Store the response to a participant's current trial; sent again, it changes nothing.

    Returns the participant as they are now.

    Raises:
        Refused: the trial is not the participant's next one, or the run is gone.
    """
    participant = Participant.objects.select_for_update(no_key=True).filter(pk=trial.participant_id).first()
    if participant is None:
        raise Refused(gettext("This run was withdrawn or erased."))
    participant.study = trial.participant.study
    due = list(Trial.objects.due(participant)[:2]) if flow.step(participant) is flow.Step.TRIALS else []
    if trial not in due[:1]:
        if Response.objects.filter(pk=trial.pk).exists():
            return participant
        raise Refused(gettext("This is not the trial you are at. The page goes on where you left off."))
    hear_of(participant)
    asked_ms = flow.asked_ms(trial)
    raised = flags(exposure, asked_ms=asked_ms)
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
        flags=raised,
    )
    if trial.practice:
        qualify(participant)
    # What is flagged is made up for from the reserve, as long as there is some.
    if len(due) == 1 and not (raised and Trial.objects.due(participant).exists()):
        _finish(participant)
    return participant


def _finish(participant: Participant) -> None:
    participant.finished = timezone.now()
    inattentive = exclusion_reason(participant)
    # Whose eyes differ did everything that was asked of them: not counted, but completed.
    participant.exclusion_reason = inattentive or vision_reason(participant)
    participant.ending = Participant.Ending.FAILED_ATTENTION if inattentive else Participant.Ending.COMPLETED
    participant.save(update_fields=["finished", "exclusion_reason", "ending"])
    if not participant.preview:
        jobs.compute_fool_rates(participant.study_id)
