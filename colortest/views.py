"""The pages that belong to the whole site."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache

from colortest.demo.photos import SOURCES
from colortest.experiment.models import Study
from colortest.experiment.views.pages import telling


def home(request: HttpRequest) -> HttpResponse:
    """What the site is, and the studies that take participants."""
    open_studies = [(study, telling(study).minutes) for study in Study.objects.open().for_everybody()]
    return render(request, "home.html", {"open_studies": open_studies})


def about(request: HttpRequest) -> HttpResponse:
    """Where the method and the photographs of the demo come from."""
    return render(request, "about.html", {"sources": SOURCES})


@cache_control(public=True, max_age=86400)
def favicon(_request: HttpRequest) -> HttpResponse:
    """The icon, for who asks at the address of old, as browsers do beside a picture or a CSV, which link to none.

    For a day only: the name of a static file changes with its content.
    """
    return redirect(static("colortest/favicon.svg"), permanent=True)


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 when the site and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
