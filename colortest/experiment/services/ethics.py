"""What goes when a participant wants it to go, or its time is up. Nothing else erases a person's run."""

from collections.abc import Sequence
from datetime import UTC

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from colortest import jobs
from colortest.experiment import flow
from colortest.experiment.models import Lapse, Participant, Study, StudyEvent, Withdrawal
from colortest.experiment.services.designs import close_study
from colortest.refusal import Refused


@transaction.atomic
def withdraw(*, participant: Participant) -> None:
    """Erase a run because the participant says so: trials, responses, outside id and all. That somebody withdrew, and
    how far they had come, is all that stays; of a rehearsal not even that. Doing so twice changes nothing.
    """
    found = _locked(participant)
    if found is None:
        return
    if not found.rehearsal:
        Withdrawal.objects.create(study=found.study, simulated=found.simulated, step=flow.step(found).value)
    _erase(found)


@transaction.atomic
def erase_run(*, participant: Participant, by: User) -> None:
    """Erase a run because its participant asked a researcher; that it was done, and by whom, is logged.

    Raises:
        Refused: it is gone already.
    """
    found = _locked(participant)
    if found is None:
        raise Refused("This run is gone already: its participant may have withdrawn.")
    StudyEvent.objects.create(study=found.study, what=StudyEvent.What.ERASED, by=by)
    _erase(found)


def close_expired(*, study: Study) -> None:
    """OPEN or PAUSED → CLOSED where the time of a finished run is up: nobody new is let in whose responses could not be
    added to fool rates that rest on what is erased.
    """
    expired = study.participants.expired(now=timezone.now())
    if expired.filter(finished__isnull=False, rehearsal=False).exists():
        close_study(study=study)


@transaction.atomic
def erase_expired(*, study: Study) -> int:
    """Erase the runs that were kept as long as the study said; returns how many.

    From the first finished one on, the study's fool rates rest on responses that are no more: they stay as they are.
    """
    close_expired(study=study)
    expired = study.participants.expired(now=timezone.now()).select_for_update(of=("self",))
    runs = list(expired)
    if any(run.finished and not run.rehearsal for run in runs) and not study.frozen_rates:
        StudyEvent.objects.create(study=study, what=StudyEvent.What.EXPIRED)
    _count_lapsed(study, [run for run in runs if not (run.finished or run.rehearsal)])
    Participant.objects.filter(pk__in=[run.pk for run in runs]).delete()
    return len(runs)


def _count_lapsed(study: Study, runs: Sequence[Participant]) -> None:
    """People who never finished are told of in numbers when nothing else is left of them."""
    if not runs:
        return
    days = [run.consented.astimezone(UTC).date() for run in runs]
    found = Lapse.objects.select_for_update().filter(study=study).first()
    lapse = found or Lapse(study=study, first=min(days), last=max(days))
    lapse.started += sum(run.started is not None for run in runs)
    lapse.screened_out += sum(run.ending == Participant.Ending.SCREENED_OUT for run in runs)
    lapse.first, lapse.last = min(lapse.first, *days), max(lapse.last, *days)
    lapse.save()


def _locked(participant: Participant) -> Participant | None:
    """The row as it is now, so that a response on its way comes before the end or not at all."""
    return Participant.objects.select_for_update(of=("self",)).select_related("study").filter(pk=participant.pk).first()


def _erase(participant: Participant) -> None:
    study_id = participant.study_id
    participant.delete()
    jobs.compute_fool_rates(study_id)
