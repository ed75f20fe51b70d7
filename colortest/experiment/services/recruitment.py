"""Who comes from where, whether there is still room, and what is said when a run ends."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.crypto import salted_hmac

from colortest.experiment import recruiters
from colortest.experiment.models import Assignment, Completion, Participant, Study
from colortest.refusal import Refused


class OverQuota(Refused):
    """The study has as many people as it asked for, or they are under way."""


@dataclass(frozen=True)
class Farewell:
    """What somebody is told at the end, each may be empty: a sentence, the recruiter's code, and the link back.

    `nameless`: there is a link back, but it names the person, and this browser does not know under which id they came.
    """

    text: str
    code: str
    url: str
    nameless: bool


def digest(study: Study, outside_id: str) -> str:
    """The keyed hash under which a person of the study's recruiter is known here: of no use in any other study, nor to
    whoever has the database without SECRET_KEY.
    """
    value = f"{study.pk}/{study.recruiter}/{outside_id}"
    return salted_hmac("colortest.outside-id", value, algorithm="sha256").hexdigest()


def run_of(study: Study, outside_id: str) -> Participant | None:
    """The run of who is known under this outside id, finished or not."""
    return study.participants.filter(outside_id__digest=digest(study, outside_id)).first()


def is_full(study: Study) -> bool:
    """Whether nobody new is needed: every place of the quota is taken by somebody who finished and is not excluded, or
    is under way. Where each person sees one algorithm, the quota is of each.
    """
    if not study.quota:
        return False
    taken = study.participants.people().holding_places()
    if study.assignment != Assignment.BETWEEN:
        return taken.count() >= study.quota
    seeing = Counter(taken.values_list("algorithm", flat=True))
    return all(seeing[algorithm] >= study.quota for algorithm in study.under_test().values_list("pk", flat=True))


def completion_for(participant: Participant, *, outside_id: str = "") -> Farewell | None:
    """What a participant whose run has ended is told; none while it has not, or where the researcher set nothing."""
    return completion_of(participant.study, participant.ending, outside_id=outside_id) if participant.ending else None


def completion_of(study: Study, ending: str, *, outside_id: str = "") -> Farewell | None:
    """The same for an ending, for those of whom there is no run."""
    completion = study.completions.filter(ending=ending).first()
    if completion is None:
        return None
    url = recruiters.completion_url(completion.url, code=completion.code, outside_id=outside_id)
    return Farewell(completion.text, completion.code, url, nameless=bool(completion.url and not url))


@transaction.atomic
def set_recruiter(*, study: Study, recruiter: str) -> None:
    """Where people come from. No part of the design: it may change while the study is open."""
    Study.objects.filter(pk=study.pk).update(recruiter=recruiter)


@transaction.atomic
def set_completions(*, study: Study, completions: Mapping[str, Mapping[str, str]]) -> None:
    """Replace what the endings named say: each a code, a url and a text. One that says nothing is removed.

    Raises:
        Refused: a link is not one that a participant may be sent to; the message says why.
    """
    for ending, said in completions.items():
        if said["url"]:
            try:
                recruiters.require_completion_url(said["url"])
            except ValueError as error:
                raise Refused(str(error)) from error
        if said["code"] or said["text"] or (said["url"] and "{code}" not in said["url"]):
            Completion.objects.update_or_create(study=study, ending=ending, defaults=dict(said))
        else:
            study.completions.filter(ending=ending).delete()
