"""Every photo of a study with its fakes, the most convincing first."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from colortest.access import researcher_required
from colortest.analysis import photos, shown
from colortest.analysis.filters import PhotoFilter
from colortest.experiment.models import Study

PHOTOS_PER_PAGE = 12


@researcher_required
def photo_rates(request: HttpRequest, slug: str) -> HttpResponse:
    """The photos beside their fakes, by stored fool rates; algorithm, split and order are in the address."""
    study = get_object_or_404(Study.objects.visible_to(request.user).select_related("test_set"), slug=slug)
    people = shown.of_people(study)
    form = PhotoFilter(request.GET, study=study)
    chosen = form.chosen()
    page = Paginator(photos.in_order(study, **chosen), PHOTOS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "people": people,
        "form": form,
        "page": page,
        "photos": photos.with_fakes(list(page.object_list), study, algorithm=chosen["algorithm"]),
        "query": urlencode({name: value for name, value in request.GET.items() if name != "page"}),
    }
    return render(request, "analysis/photos.html", context)
