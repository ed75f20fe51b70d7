"""Pages of researchers: responses that were given elsewhere become a study."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from colortest.access import AccountRequest, researcher_required, team_for, teams_of, teams_to_choose
from colortest.analysis.import_forms import ImportForm, asked_before
from colortest.analysis.models import ResponseImport
from colortest.analysis.services.uploads import upload_responses
from colortest.htmx import HtmxRequest
from colortest.stimuli.models import Algorithm

LATEST = 5


class AccountHtmxRequest(AccountRequest, HtmxRequest):
    """Of somebody who is logged in, perhaps by htmx."""


@never_cache
@researcher_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_responses(request: AccountRequest) -> HttpResponse:
    """The form, filled in as last time where `again` names an import; and what became of one's last files."""
    mine = ResponseImport.objects.by(request.user)
    again = request.GET.get("again", "")
    before = mine.filter(pk=again).first() if again.isascii() and again.isdigit() and len(again) < 10 else None
    initial = asked_before(before) if before else {"team": teams_of(request.user).first()}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*sent, initial=initial, teams=teams_to_choose(request.user))
    if request.method == "POST" and form.is_valid():
        team = form.cleaned_data.get("team") or team_for(request.user)
        return redirect(upload_responses(**{**form.values(), "team": team}, by=request.user))
    algorithms = Algorithm.objects.order_by("slug").values_list("slug", flat=True)
    context = {"form": form, "latest": mine.select_related("study")[:LATEST], "algorithms": algorithms}
    return render(request, "analysis/import.html", context)


@never_cache
@researcher_required
@require_safe
def response_import(request: AccountHtmxRequest, pk: int) -> HttpResponse:
    """What becomes of one file; once it is imported, on to the results. Asked by htmx, only what changes."""
    asked = get_object_or_404(ResponseImport.objects.by(request.user).select_related("study"), pk=pk)
    if asked.study is None:
        template = "analysis/_response_import.html" if request.htmx else "analysis/response_import.html"
        return render(request, template, {"asked": asked})
    left_out = f" {asked.left_out:,} lines of test runs were left out." if asked.left_out else ""
    messages.success(request, f"“{asked.file_name}” is imported.{left_out} A worker computes what is still missing.")
    results = reverse("results", args=[asked.study.slug])
    return HttpResponseClientRedirect(results) if request.htmx else redirect(results)
