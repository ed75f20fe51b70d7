"""Pages of researchers: their studies, a new one, opening and closing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from colortest.access import AccountRequest, researcher_required
from colortest.experiment import services
from colortest.experiment.forms import StudyForm
from colortest.experiment.models import Study
from colortest.refusal import Refused


@researcher_required
def studies(request: HttpRequest) -> HttpResponse:
    """All studies with their progress."""
    return render(request, "experiment/studies.html", {"studies": Study.objects.with_progress()})


@researcher_required
def new_study(request: HttpRequest) -> HttpResponse:
    """Design a study from a preset."""
    form = StudyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(services.create_study(**form.values()))
        except Refused as error:
            form.add_error(None, str(error))
    return render(request, "experiment/new_study.html", {"form": form})


@researcher_required
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """The design of one study, what it lacks, and the link for participants."""
    found = get_object_or_404(Study.objects.with_progress(), slug=slug)
    context = {
        "study": found,
        "shortfall": services.shortfall(found) if found.status == Study.Status.DRAFT else "",
        "link": request.build_absolute_uri(f"/s/{found.slug}/"),
    }
    return render(request, "experiment/study.html", context)


@require_POST
@researcher_required
def open_study(request: AccountRequest, slug: str) -> HttpResponse:
    """Let participants in; the design freezes."""
    found = get_object_or_404(Study, slug=slug)
    try:
        services.open_study(study=found, by=request.user)
    except Refused as error:
        messages.error(request, f"The study cannot open yet: {error}")
    return redirect(found)


@require_POST
@researcher_required
def close_study(request: AccountRequest, slug: str) -> HttpResponse:
    """Let nobody new in; those under way may finish."""
    found = get_object_or_404(Study, slug=slug)
    services.close_study(study=found, by=request.user)
    return redirect(found)
