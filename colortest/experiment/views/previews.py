"""A study as its participants see it, from the consent text on, for researchers: nothing of it stays."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from colortest.access import researcher_required
from colortest.experiment import services
from colortest.experiment.forms import ConsentForm
from colortest.experiment.models import Study, secret
from colortest.experiment.views.pages import speak, telling
from colortest.refusal import Refused


@never_cache
@require_http_methods(["GET", "POST"])
@researcher_required
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The consent page of a study in any state; agreeing to it begins a run that is erased once it is over."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    language = speak(study)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        text = study.consent_text_in(language)
        context = {"form": form, "code": secret(), "consent_text": text, "telling": telling(study), "preview": True}
        return render(request, "experiment/consent.html", {"study": study, **context})
    try:
        participant = services.start_preview(study=study, code=form.cleaned_data["code"], language=language)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(study)
    return redirect("take", participant.code)
