"""Everybody who finished a study, one by one, by number and never by name."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from colortest.access import researcher_required
from colortest.analysis import participants, shown
from colortest.analysis.filters import ParticipantFilter
from colortest.experiment.models import Assignment, Study

PEOPLE_PER_PAGE = 50


@researcher_required
def participant_rates(request: HttpRequest, slug: str) -> HttpResponse:
    """People's own numbers, as stored; who of them, and in which order, is in the address.

    Of a study that is open nobody's own fool rate is shown, nor an order by it; of one that hides its rates nobody.
    """
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    hidden, final = study.showing == shown.HIDDEN, study.showing == shown.FINAL
    form = ParticipantFilter(request.GET, rates=final)
    rows = participants.in_order(study, **form.chosen()).values_list("pk", flat=True)
    page = Paginator(rows.none() if hidden else rows, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "hidden": hidden,
        "final": final,
        "between": study.assignment == Assignment.BETWEEN,
        "form": form,
        "page": page,
        "rows": participants.with_people(list(page.object_list)),
        "query": urlencode({name: value for name, value in request.GET.items() if name != "page"}),
    }
    return render(request, "analysis/participants.html", context)
