"""Pages of researchers: one study, a new one, copying, previewing, opening, pausing and closing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from colortest.access import AccountRequest, researcher_required, team_for, teams_of, teams_to_choose
from colortest.experiment import readiness, services
from colortest.experiment.forms import StudyForm
from colortest.experiment.models import Study
from colortest.experiment.views.recruitment import links
from colortest.experiment.views.words import words_of
from colortest.htmx import HtmxRequest
from colortest.refusal import Refused


@researcher_required
def new_study(request: AccountRequest) -> HttpResponse:
    """Make a draft from a preset. The splits are those of the test set that is chosen; what was ticked stays so."""
    asked = {
        "test_set": request.GET.get("test_set"),
        "splits": request.GET.getlist("splits"),
        "team": teams_of(request.user).first(),
    }
    form = StudyForm(request.POST or None, initial=asked, teams=teams_to_choose(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            team = form.cleaned_data.get("team") or team_for(request.user)
            return redirect("design", services.create_study(**{**form.values(), "team": team}).slug)
        except Refused as error:
            form.add_error("title", str(error))
    return render(request, "experiment/new_study.html", {"form": form})


@researcher_required
def study(request: HtmxRequest, slug: str) -> HttpResponse:
    """The design of one study, what it lacks, and the link for participants. Asked by htmx, only what it lacks."""
    found = get_object_or_404(Study.objects.visible_to(request.user).with_progress(), slug=slug)
    made = readiness.shares(found) if found.status == Study.Status.DRAFT else []
    context = {
        "study": found,
        "shares": made,
        "busy": any(share.pending for share in made),
        "lacks": readiness.lacks(found, made) if found.status == Study.Status.DRAFT else [],
        **links(request, found),
    }
    if request.htmx:
        return render(request, "experiment/_readiness.html", context)
    events = found.events.select_related("by")
    return render(request, "experiment/study.html", {**context, **words_of(found), "events": events})


@require_POST
@researcher_required
def open_study(request: AccountRequest, slug: str) -> HttpResponse:
    """Let participants in; the design freezes."""
    found = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    try:
        services.open_study(study=found, by=request.user)
    except Refused as error:
        messages.error(request, f"The study cannot open yet: {error}")
    return redirect(_whence(request, found))


@require_POST
@researcher_required
def pause_study(request: AccountRequest, slug: str) -> HttpResponse:
    """Let nobody new in for a while; those under way may finish."""
    found = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    services.pause_study(study=found, by=request.user)
    return redirect(_whence(request, found))


@require_http_methods(["GET", "POST"])
@researcher_required
def close_study(request: AccountRequest, slug: str) -> HttpResponse:
    """Let nobody new in, and show final numbers from now on; those under way may finish. Asked about first."""
    found = get_object_or_404(Study.objects.visible_to(request.user).with_progress(), slug=slug)
    if request.method == "POST":
        services.close_study(study=found, by=request.user)
    if found.status not in (Study.Status.OPEN, Study.Status.PAUSED):
        return redirect(_whence(request, found))
    under_way = found.participants.people().holding_places().filter(finished=None).count()
    context = {"study": found, "under_way": under_way, "back": _whence(request, found)}
    return render(request, "experiment/close.html", {**context, "page": request.GET.get("from", "study")})


@require_POST
@researcher_required
def copy_study(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a draft of the same design."""
    found = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    try:
        copied = services.copy_study(study=found, title=request.POST.get("title", "").replace("\0", "").strip())
    except Refused as error:
        messages.error(request, str(error))
        return redirect(found)
    messages.success(request, f"This is a draft of the same design as “{found}”, with a seed of its own.")
    return redirect(copied)


@require_POST
@researcher_required
def delete_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw a draft away."""
    found = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    try:
        services.delete_draft(study=found)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(found)
    messages.success(request, f"The draft “{found.title}” is deleted.")
    return redirect("studies")


@require_POST
@researcher_required
def request_missing(request: HttpRequest, slug: str) -> HttpResponse:
    """Have made what a draft lacks."""
    found = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    try:
        count = services.request_missing(study=found)
        messages.success(request, f"{count} colorizations were asked for." if count else "Nothing was left to ask for.")
    except Refused as error:
        messages.error(request, str(error))
    return redirect(found)


def _whence(request: HttpRequest, found: Study) -> str:
    """The page that somebody comes from: the study's own, or where one watches it."""
    asked = request.POST if request.method == "POST" else request.GET
    return reverse("live", args=[found.slug]) if asked.get("from") == "live" else found.get_absolute_url()
