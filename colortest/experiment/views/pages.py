"""The pages of a run: which one a participant sees, and in which language."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from colortest.experiment import flow, screen, services
from colortest.experiment.models import Participant, Study
from colortest.experiment.plates_form import PlatesForm
from colortest.experiment.telling import Telling
from colortest.experiment.views import cookies
from colortest.logs.requests import about

GONE = gettext_noop(
    "There is no run at this address: it was withdrawn or erased, or a part of the address is missing. To take part, "
    "open the link you were given."
)


def participant_with(code: str) -> Participant:
    """Whose run has this code; that somebody is there keeps its places taken.

    From here on the site speaks a language of the study.
    """
    participant = Participant.objects.select_related("study").filter(code=code).first()
    if participant is None:
        raise Http404(gettext(GONE))
    about(participant.study.slug)
    speak(participant.study)
    services.hear_of(participant)
    return participant


def speak(study: Study) -> str:
    """The language of the rest of this request: what the browser or the person asked for, if the study has it."""
    language = translation.get_language() or ""
    if language not in study.languages:
        language = study.languages[0]
        translation.activate(language)
    return language


def telling(study: Study) -> Telling:
    """What the study's pages tell its participants about it."""
    return Telling(study.protocol, colour_vision=study.colour_vision != Study.ColourVision.SKIP)


def page(request: HttpRequest, participant: Participant, *, plates: PlatesForm | None = None) -> HttpResponse:
    """Where the participant stands; with the plates as they were answered, if something is missing."""
    step, study = flow.step(participant), participant.study
    context: dict[str, object] = {"participant": participant, "study": study}
    match step:
        case flow.Step.SCREEN:
            context["width"], context["height"] = screen.room(study.least_width, study.least_height)
        case flow.Step.VISION:
            context["form"] = plates or PlatesForm(look=services.look_of(participant))
        case flow.Step.INSTRUCTIONS:
            context |= {"telling": telling(study), "address": request.build_absolute_uri()}
        case flow.Step.TRIALS:
            width, height = screen.STAGE_ROOM
            context |= {"width": width, "height": height, "address": request.build_absolute_uri()}
        case flow.Step.THANKS:
            context |= {"score": flow.score(participant), "completion": _completion(request, participant)}
        case flow.Step.ENDED:
            context |= {"reached": flow.reached(participant).value, "completion": _completion(request, participant)}
    context["over"] = participant.preview and step in (flow.Step.THANKS, flow.Step.ENDED)
    response = render(request, f"experiment/{step.value}.html", context)
    if context["over"]:
        services.end_preview(participant=participant)
    return response


def _completion(request: HttpRequest, participant: Participant) -> services.Farewell | None:
    outside_id = cookies.outside_id(request, participant.study)
    return services.completion_for(participant, outside_id=outside_id)
