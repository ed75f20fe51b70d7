"""Writes of previews: runs by which researchers see what a participant will see, and of which nothing stays."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from colortest.experiment import schedule
from colortest.experiment.models import Participant, Study
from colortest.experiment.services.runs import admit_participant
from colortest.refusal import Refused

ABANDONED = timedelta(hours=1)  # since the page was open last


@transaction.atomic
def start_preview(*, study: Study, code: str = "", language: str) -> Participant:
    """A run of a study in any state, on the pairs that are ready. Counted nowhere.

    Raises:
        Refused: too few pairs are ready.
    """
    try:
        return admit_participant(study=study, code=code, language=language, preview=True)
    except schedule.NotEnoughPairs as error:
        raise Refused(f"Too few colorizations are ready for a preview: {error}") from error


def end_preview(*, participant: Participant) -> None:
    """Erase a preview that is over; of any other run, nothing."""
    Participant.objects.filter(pk=participant.pk, preview=True).delete()


def sweep_previews() -> int:
    """Erase the previews that nobody has open any more; returns how many."""
    abandoned = Participant.objects.filter(preview=True, last_seen__lt=timezone.now() - ABANDONED)
    count = abandoned.count()
    abandoned.delete()
    return count
