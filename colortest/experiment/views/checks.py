"""The checks between consent and instructions: the screen, and colour vision."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from colortest.experiment import flow, services
from colortest.experiment.colour_vision import COUNT
from colortest.experiment.plates import png
from colortest.experiment.plates_form import PlatesForm
from colortest.experiment.screen import Screen
from colortest.experiment.views.exchange import refusal, sent
from colortest.experiment.views.pages import page, participant_with
from colortest.refusal import Refused


@require_POST
def screen(request: HttpRequest, code: str) -> JsonResponse:
    """What the browser measured of its window and screen; once it is kept, the run goes on at `continueUrl`."""
    participant = participant_with(code)
    try:
        services.record_screen(participant=participant, measured=Screen.from_browser(sent(request)))
    except Refused as error:
        return refusal(str(error), HTTPStatus.CONFLICT)
    except ValueError as error:
        sentence = gettext("What your browser measured cannot be read. Please load the page anew.")
        return refusal(sentence, HTTPStatus.BAD_REQUEST, str(error))
    return JsonResponse({"continueUrl": reverse("take", args=[code])})


@require_POST
def no_room(request: HttpRequest, code: str) -> HttpResponse:
    """No window here is large enough, says the participant: the run ends."""
    services.give_up_screen(participant=participant_with(code))
    return redirect("take", code)


@require_POST
def vision(request: HttpRequest, code: str) -> HttpResponse:
    """How the plates were read; if an answer is missing, the others stay."""
    participant = participant_with(code)
    if flow.step(participant) is not flow.Step.VISION:
        return redirect("take", code)
    form = PlatesForm(request.POST.dict())
    if not form.is_valid():
        return page(request, participant, plates=form)
    services.record_vision(participant=participant, look=form.cleaned_data["look"], answers=form.answers())
    return redirect("take", code)


@never_cache
@require_GET
def plate(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One plate, from 1, of who is looking at them now."""
    participant = participant_with(code)
    if not 1 <= number <= COUNT or flow.step(participant) is not flow.Step.VISION:
        raise Http404(gettext("This picture is not to be seen now."))
    return HttpResponse(
        png(services.plates_of(participant)[number - 1]),
        content_type="image/png",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
