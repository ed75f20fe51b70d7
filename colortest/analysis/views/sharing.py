"""Pages of researchers: whose a study is, and the links by which viewers read its results."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from colortest.access import AccountRequest, researcher_required, teams_to_choose
from colortest.analysis import services
from colortest.analysis.readers import good_link, remember_link
from colortest.analysis.sharing_forms import LinkForm, TeamForm
from colortest.experiment import services as experiment
from colortest.experiment.models import Study


@never_cache
@researcher_required
@require_http_methods(["GET", "POST"])
def sharing(request: AccountRequest, slug: str) -> HttpResponse:
    """Who knows of a study, and a link for those who are only to read its results."""
    study = get_object_or_404(Study.objects.visible_to(request.user).select_related("team"), slug=slug)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.make_link(study=study, note=form.cleaned_data["note"], by=request.user)
        return redirect("sharing", study.slug)
    teams = teams_to_choose(request.user)
    context = {
        "study": study,
        "form": form,
        "members": study.team.user_set.filter(is_active=True).order_by("username"),
        "team_form": TeamForm(teams=teams, initial=study.team) if teams.count() > 1 else None,
        "links": study.viewer_links.select_related("made_by", "revoked_by"),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "analysis/sharing.html", context)


@require_POST
@researcher_required
def revoke_link(request: AccountRequest, slug: str, pk: int) -> HttpResponse:
    """A link opens nothing any more."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    link = get_object_or_404(study.viewer_links, pk=pk)
    services.revoke_link(link=link, by=request.user)
    messages.success(request, f"The link for {link.note} opens nothing any more.")
    return redirect("sharing", study.slug)


@require_POST
@researcher_required
def hand_over(request: AccountRequest, slug: str) -> HttpResponse:
    """Another team has a study from now on."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    form = TeamForm(request.POST, teams=teams_to_choose(request.user))
    if form.is_valid():
        experiment.hand_over(study=study, team=form.cleaned_data["team"], by=request.user)
        messages.success(request, f"“{study}” belongs to the team “{form.cleaned_data['team']}” now.")
    else:
        messages.error(request, "Please choose one of your teams.")
    return redirect("sharing", study.slug)


@never_cache
@require_GET
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """On from a viewer's link to the results, whose address tells nobody the key."""
    link = good_link(key)
    response = redirect("results", link.study.slug)
    remember_link(request, response, link)
    return response
