"""Writes of the checks before a test: the screen, colour vision, and whether practice was good enough to go on."""

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from colortest.experiment import colour_vision, screen
from colortest.experiment.models import Participant, Response, Study, Trial
from colortest.refusal import Refused

FIRST_LOOK, SECOND_LOOK = "1", "2"


def record_screen(*, participant: Participant, measured: screen.Screen) -> None:
    """Keep what the browser measured. Once: sent again, it changes nothing.

    Raises:
        Refused: the window is smaller than the study needs.
    """
    study = participant.study
    width, height = screen.room(study.least_width, study.least_height)
    if not measured.has_room(width, height):
        sentence = gettext("The window has %(has)s pixels and needs %(needs)s.")
        raise Refused(sentence % {"has": f"{measured.width} × {measured.height}", "needs": f"{width} × {height}"})
    Participant.objects.filter(pk=participant.pk, window_width=None, ending=Participant.Ending.NONE).update(
        window_width=measured.width,
        window_height=measured.height,
        pixel_ratio=measured.pixel_ratio,
        refresh_ms=measured.refresh_ms,
        gamut=measured.gamut,
    )


def give_up_screen(*, participant: Participant) -> None:
    """SCREENED_OUT, for who says that no window here is large enough."""
    unchecked = Participant.objects.filter(pk=participant.pk, started=None, window_width=None)
    unchecked.update(ending=Participant.Ending.SCREENED_OUT)


def look_of(participant: Participant) -> str:
    """Which plates a participant is at: those of the first look, or of the second."""
    return FIRST_LOOK if participant.vision_errors is None else SECOND_LOOK


def plates_of(participant: Participant) -> list[colour_vision.Plate]:
    """The plates that a participant is at: others for each participant, and for each look.

    Keyed, because the browser knows the code: who could draw the plates would know their digits.
    """
    value = f"{participant.code}/{look_of(participant)}"
    return colour_vision.draw(salted_hmac("colortest.plates", value, algorithm="sha256").hexdigest())


@transaction.atomic
def record_vision(*, participant: Participant, look: str, answers: list[str]) -> None:
    """UNKNOWN → TYPICAL or DIFFERENT, and SCREENED_OUT if the study says so. Sent again, it changes nothing.

    Who misreads the plate that everybody reads is shown new ones, once: the first time nobody knows why.
    """
    person = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    if person.vision or person.ending or look != look_of(person):
        return
    outcome = colour_vision.judge(plates_of(person), answers)
    person.vision_errors = outcome.errors
    if outcome.control_read or look == SECOND_LOOK:
        person.vision = Participant.Vision.TYPICAL if outcome.typical else Participant.Vision.DIFFERENT
    different = person.vision == Participant.Vision.DIFFERENT
    if different and person.study.colour_vision == Study.ColourVision.SCREEN_OUT:
        person.ending = Participant.Ending.SCREENED_OUT
    person.save(update_fields=["vision", "vision_errors", "ending"])


def vision_reason(participant: Participant) -> str:
    """Why the study's rule on colour vision excludes this participant; empty when it does not."""
    excludes = participant.study.colour_vision == Study.ColourVision.EXCLUDE
    if excludes and participant.vision == Participant.Vision.DIFFERENT:
        return f"may see colours differently: misread {participant.vision_errors} of {colour_vision.COUNT} plates"
    return ""


def qualify(participant: Participant) -> None:
    """After the last practice trial: SCREENED_OUT when the share right is less than the study asks, of photos and of
    fakes each where a trial shows one of them. Part of the caller's transaction.

    A share of which every response is flagged was not measured, and holds nobody back.
    """
    least = participant.study.qualification
    practice = participant.trials.filter(kind=Trial.Kind.PRACTICE)
    if not least or practice.unanswered().exists():
        return
    responses = Response.objects.with_fooled().filter(trial__in=practice, flags=[]).select_related("trial")
    groups: dict[str, list[bool]] = {}
    for response in responses:
        shown = response.trial.real_side if participant.study.single else "both"
        groups.setdefault(shown, []).append(response.correct)
    if any(sum(right) < least * len(right) for right in groups.values()):
        participant.ending = Participant.Ending.SCREENED_OUT
        participant.save(update_fields=["ending"])
