"""A participant's way through a study. Every request first asks where the participant stands."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from colortest.experiment import flow, services
from colortest.experiment.exposure import Exposure, milliseconds
from colortest.experiment.models import Participant, Trial
from colortest.experiment.stimulus import places, stimulus
from colortest.experiment.views import exchange
from colortest.experiment.views.pages import page, participant_with
from colortest.logs.requests import about
from colortest.refusal import Refused

# Of a pair a side is chosen, a single image is taken for one of the two; it stands left.
SENT_SIDES = {side: side.upper() for side in ("left", "right")}
SENT_VERDICTS = {"real": Trial.Side.LEFT, "fake": Trial.Side.RIGHT}


@never_cache
@require_GET
def take(request: HttpRequest, code: str) -> HttpResponse:
    """The one page of a run, wherever the participant stands."""
    return page(request, participant_with(code))


@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """The instructions are read; who is not at them is led to where they are."""
    participant = participant_with(code)
    if flow.step(participant) is flow.Step.INSTRUCTIONS:
        services.begin(participant=participant)
    return redirect("take", code)


@never_cache
@require_GET
def trials(request: HttpRequest, code: str) -> JsonResponse:
    """Where the participant stands, and the next pairs to fetch."""
    return JsonResponse(_state(participant_with(code)))


@require_POST
def respond(request: HttpRequest, code: str, token: str) -> JsonResponse:
    """Record the response to a trial; the reply to a repeated one is the same."""
    trial = Trial.objects.select_related("participant__study").filter(token=token, participant__code=code).first()
    if trial is None or not flow.takes_responses(trial.participant):
        return exchange.refusal(gettext("This trial is not part of your run."), HTTPStatus.NOT_FOUND)
    about(trial.participant.study.slug)
    try:
        sent = exchange.sent(request)
        single = trial.participant.study.single
        choices = SENT_VERDICTS if single else SENT_SIDES
        side = choices[str(sent.get("chosen"))]
        rt_ms, exposure = milliseconds(sent, "rtMs"), Exposure.from_browser(sent, single=single)
    except KeyError:
        return _no_response(f"chosen is neither {' nor '.join(choices)}.")
    except ValueError as error:
        return _no_response(str(error))
    try:
        person = services.record_response(trial=trial, chosen_side=side, rt_ms=rt_ms, exposure=exposure)
    except Refused as error:
        return exchange.refusal(str(error), HTTPStatus.CONFLICT)
    told = trial.practice and trial.participant.study.feedback
    correct = flow.was_right(trial) if told else None
    return JsonResponse({"correct": correct, "state": _state(person)})


@csrf_exempt  # a page in the background has no token to spare, and whoever knows the secret address is the participant
@require_POST
def heartbeat(request: HttpRequest, code: str) -> HttpResponse:
    """The page is open."""
    participant_with(code)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_GET
def show_stimulus(request: HttpRequest, code: str, token: str, place: int) -> HttpResponse:
    """One side of a trial that is about to be shown, to the participant whose trial it is."""
    related = ("participant__study", "colorization__photo")
    trial = Trial.objects.select_related(*related).filter(token=token, participant__code=code).first()
    if trial is None or place not in places(trial.participant.study) or not flow.may_see(trial):
        raise Http404(gettext("This picture is not to be seen now."))
    about(trial.participant.study.slug)
    return HttpResponse(
        stimulus(trial, place),
        content_type="image/png",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )


def _no_response(detail: str) -> JsonResponse:
    sentence = gettext("Your browser sent something that is not a response. Please load the page anew.")
    return exchange.refusal(sentence, HTTPStatus.BAD_REQUEST, detail)


def _state(participant: Participant) -> dict[str, object]:
    """What the trial page needs: nothing in it tells which side is real, or which trials are catch trials."""
    study, upcoming = participant.study, flow.upcoming(participant)
    done, total = flow.progress(upcoming[0]) if upcoming else (study.counts.total, study.counts.total)
    return {
        "block": _block(upcoming[0]) if upcoming else None,
        "begun": bool(upcoming and upcoming[0].position),
        "done": done,
        "total": total,
        "presentation": study.presentation.lower().replace("_", "-"),
        "question": study.question.lower(),
        "firstBlankMs": study.first_blank_ms,
        "blankMs": study.blank_ms,
        "gapMs": study.gap_ms,
        "delayMs": study.delay_ms,
        "masks": study.masks,
        "maskMs": study.mask_ms,
        # A staircase knows only the next one.
        "exposureMs": flow.asked_ms(upcoming[0]) if upcoming else None,
        "continueUrl": reverse("take", args=[participant.code]),
        "upcoming": [
            {
                "block": _block(trial),
                "first": trial.first_side.lower(),
                "responseUrl": reverse("respond", args=[participant.code, trial.token]),
                "stimuli": [
                    reverse("stimulus", args=[participant.code, trial.token, place]) for place in places(study)
                ],
            }
            for trial in upcoming
        ],
    }


def _block(trial: Trial) -> str:
    """The name of a block for the page: before each one there is a break."""
    return "practice" if trial.practice else f"test-{trial.block}"
