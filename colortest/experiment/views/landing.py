"""Where people arrive: the landing page with its consent form."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from colortest.experiment import services
from colortest.experiment.forms import ConsentForm
from colortest.experiment.models import Study, secret
from colortest.experiment.passes import is_pass
from colortest.refusal import Refused

COOKIE_AGE = 7 * 24 * 3600


@never_cache
@require_http_methods(["GET", "POST"])
def take_part(request: HttpRequest, slug: str) -> HttpResponse:
    """Landing page and consent. A device that has a run goes back to it, finished or not: once a person."""
    study = Study.objects.filter(slug=slug).exclude(status=Study.Status.DRAFT).first()
    if study is None:
        raise Http404(f"There is no study “{slug}”. Please check the address you were given.")
    cookie = f"run-{study.pk}"
    known = study.participants.filter(code=request.COOKIES.get(cookie, "")).first()
    if known:
        return redirect("take", known.code)
    if study.status == Study.Status.CLOSED:
        return render(request, "experiment/landing_closed.html", {"study": study})
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        text = study.consent_text_in(get_language() or "")
        context = {"study": study, "form": form, "code": secret(), "consent_text": text}
        return render(request, "experiment/consent.html", context)
    simulated = is_pass(study, request.POST.get("simulation", ""))
    try:
        participant = services.admit_participant(study=study, code=form.cleaned_data["code"], simulated=simulated)
    except Refused:  # it closed while the form was being read
        return render(request, "experiment/landing_closed.html", {"study": study})
    response = redirect("take", participant.code)
    response.set_cookie(cookie, participant.code, COOKIE_AGE, httponly=True, secure=request.is_secure(), samesite="Lax")
    return response
