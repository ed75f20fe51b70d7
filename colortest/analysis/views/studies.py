"""All studies that somebody knows of, with what each found."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from colortest.access import researcher_required
from colortest.analysis import shown
from colortest.analysis.filters import StudyFilter
from colortest.experiment.models import Study

STUDIES_PER_PAGE = 50


@researcher_required
def studies(request: HttpRequest) -> HttpResponse:
    """The studies of one's teams with status, people and fool rate; search and filter are in the address."""
    mine = Study.objects.visible_to(request.user)
    form = StudyFilter(request.GET, studies=mine)
    page = Paginator(form.found().select_related("test_set"), STUDIES_PER_PAGE).get_page(request.GET.get("page"))
    headlines = shown.headlines(page.object_list)
    context = {
        "form": form,
        "page": page,
        "rows": [(study, headlines.get(study.pk)) for study in page.object_list],
        "any": mine.exists(),
        "query": urlencode({name: value for name, value in request.GET.items() if name != "page"}),
    }
    return render(request, "analysis/studies.html", context)
