"""A study under way."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from colortest.access import researcher_required
from colortest.analysis import live, monitoring
from colortest.experiment.models import Study
from colortest.experiment.models.run import LEASE
from colortest.htmx import HtmxRequest


@researcher_required
def show_live(request: HtmxRequest, slug: str) -> HttpResponse:
    """Who is where, how far the arms are, and what calls for attention. Asked by htmx, only what changes.

    What can be done depends on the status; where that has changed since, the whole page is loaded again.
    """
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    if request.htmx and request.GET.get("status") != study.status:
        return HttpResponseClientRefresh()
    now = timezone.now()
    apart = study.participants.filter(rehearsal=False, simulated=True)
    context = {
        "study": study,
        "now": now,
        "agreed": study.participants.people().count(),
        "whereabouts": live.whereabouts(study, now=now),
        "arms": live.arms(study),
        "algorithms": live.algorithms(study),
        "checks": live.checks(study),
        "forecast": live.forecast(study, now=now),
        "rule": monitoring,
        "least": 2 * monitoring.RECENT,
        "lease_minutes": round(LEASE.total_seconds() / 60),
        "events": study.events.select_related("by").reverse(),
        "simulated": {"finished": apart.finished().count(), "all": apart.count()},
        "rehearsals": study.participants.filter(rehearsal=True).count(),
    }
    return render(request, "analysis/_live.html" if request.htmx else "analysis/live.html", context)
