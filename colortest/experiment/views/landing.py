"""Where people arrive: the landing page with its consent form, or a sentence why not."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from colortest.experiment import services
from colortest.experiment.forms import ConsentForm
from colortest.experiment.models import Completion, Study, secret
from colortest.experiment.passes import Pass
from colortest.experiment.recruiters import RECRUITERS
from colortest.experiment.views import cookies
from colortest.experiment.views.arrival import Arrival, carries, sent_id
from colortest.experiment.views.pages import speak, telling
from colortest.refusal import Refused

# Who comes with such a pass is not counted; with one that is over or damaged nobody may become a person who is.
NOBODY = (Pass.REHEARSAL, Pass.SIMULATION)


@never_cache
@require_http_methods(["GET", "POST"])
def take_part(request: HttpRequest, slug: str) -> HttpResponse:
    """Landing page and consent. Who has a run goes back to it, finished or not: once a person, or once a device."""
    study = Study.objects.filter(slug=slug).exclude(status=Study.Status.DRAFT).first()
    if study is None:
        sentence = gettext("There is no study “%(slug)s”. Please check the address you were given.")
        raise Http404(sentence % {"slug": slug})
    language = speak(study)
    if any(kind.parameter in request.GET and not carries(request, study, kind) for kind in NOBODY):
        raise Http404(
            gettext("This link for trying the study is no longer good: ask those who gave it to you for another.")
        )
    if request.method == "GET" and sent_id(request, study) and not carries(request, study, Pass.REHEARSAL):
        return _without_id(request, study)
    arrival = Arrival.of(request, study)
    if arrival.run:
        return redirect("take", arrival.run.code)
    refusal = _refusal(request, study, arrival)
    if refusal:
        return refusal
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _admit(request, study, arrival, code=form.cleaned_data["code"])
    context = {
        "study": study,
        "telling": telling(study),
        "form": form,
        "code": secret(),
        "consent_text": study.consent_text_in(language),
        "rehearsal": arrival.rehearsal,
    }
    return render(request, "experiment/consent.html", context)


@never_cache
@require_GET
def withdrawn(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a participant stands who has just withdrawn: nothing is left by which to know who it was."""
    study = Study.objects.filter(slug=slug).first()
    if study is None or not carries(request, study, Pass.WITHDRAWN):
        raise Http404(gettext("Nobody has withdrawn here just now."))
    speak(study)
    return _without_run(request, study, Completion.Ending.WITHDRAWN, "withdrawn")


def _without_id(request: HttpRequest, study: Study) -> HttpResponse:
    """On to an address without the outside id, which else would stay in the history and in screenshots."""
    response = redirect("take_part", study.slug)
    cookies.remember_outside_id(request, response, study, sent_id(request, study))
    return response


def _refusal(request: HttpRequest, study: Study, arrival: Arrival) -> HttpResponse | None:
    """Why nobody is asked to agree: the study is paused or closed, does not know the person, or is full."""
    if study.status != Study.Status.OPEN:
        return _not_open(request, study)
    if arrival.counts and RECRUITERS[study.recruiter].parameter and not arrival.outside_id:
        return render(request, "experiment/unknown_person.html", {"study": study})
    if arrival.counts and services.is_full(study):
        return _without_run(request, study, Completion.Ending.OVER_QUOTA, "over_quota")
    return None


def _not_open(request: HttpRequest, study: Study) -> HttpResponse:
    page = "paused" if study.status == Study.Status.PAUSED else "closed"
    return render(request, f"experiment/landing_{page}.html", {"study": study})


def _admit(request: HttpRequest, study: Study, arrival: Arrival, *, code: str) -> HttpResponse:
    try:
        participant = services.admit_participant(
            study=study,
            code=code,
            outside_id=arrival.outside_id,
            language=get_language() or "",
            simulated=arrival.simulated,
            rehearsal=arrival.rehearsal,
        )
    except services.OverQuota:
        return _without_run(request, study, Completion.Ending.OVER_QUOTA, "over_quota")
    except Refused:  # it was paused or closed while the form was being read
        study.refresh_from_db()
        return _not_open(request, study)
    response = redirect("take", participant.code)
    if not arrival.rehearsal:
        cookies.remember_run(request, response, participant)
    return response


def _without_run(request: HttpRequest, study: Study, ending: Completion.Ending, page: str) -> HttpResponse:
    """What is said to those of whom nothing is stored."""
    completion = services.completion_of(study, ending, outside_id=cookies.outside_id(request, study))
    return render(request, f"experiment/{page}.html", {"study": study, "completion": completion})
