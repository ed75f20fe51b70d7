"""The design page of a draft: its form, beside it what a participant will see."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from colortest.access import researcher_required
from colortest.experiment import services
from colortest.experiment.design_form import DesignForm, filled_in
from colortest.experiment.models import Study
from colortest.experiment.presets import PRESETS, PROTOCOL
from colortest.experiment.views.words import words_of
from colortest.htmx import HtmxRequest
from colortest.refusal import Refused

FROZEN = "This study has been opened, and its design is frozen: make a copy to change it."


@researcher_required
def design(request: HttpRequest, slug: str) -> HttpResponse:
    """Every number of a draft, to be changed."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    if study.status != Study.Status.DRAFT:
        messages.error(request, FROZEN)
        return redirect(study)
    form = DesignForm(request.POST or None, instance=study)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_design(study=study, **form.values())
            messages.success(request, "The design is saved.")
            return redirect("study", slug)
        except Refused as error:
            form.add_error(None, str(error))
    # The form has put what was sent into the study: the words are those of the row, or of what was understood.
    return _page(request, form, "experiment/design.html")


@require_POST
@researcher_required
def fill_in(request: HtmxRequest, slug: str) -> HttpResponse:
    """The same form with the numbers of another preset; nothing is saved."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    preset = request.POST.get("preset", "")
    sent = filled_in(request.POST, preset) if preset in PRESETS else request.POST
    form = DesignForm(sent, instance=study)
    form.is_valid()
    return _page(request, form, "experiment/_design.html" if request.htmx else "experiment/design.html")


@require_POST
@researcher_required
def words(request: HttpRequest, slug: str) -> HttpResponse:
    """What a participant would see if the form were saved as it is."""
    form = DesignForm(request.POST, instance=get_object_or_404(Study.objects.visible_to(request.user), slug=slug))
    form.is_valid()
    return _page(request, form, "experiment/_words.html")


def _page(request: HttpRequest, form: DesignForm, template: str) -> HttpResponse:
    study: Study = form.instance
    wrong = {form[name].label: form.errors[name][0] for name in PROTOCOL if name in form.errors}
    context = {"study": study, "form": form, "wrong": wrong, **({} if wrong else words_of(study))}
    return render(request, template, context)
