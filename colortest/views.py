"""The pages that belong to the whole site."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from colortest.demo.photos import SOURCES
from colortest.experiment.models import Study


def home(request: HttpRequest) -> HttpResponse:
    """What the site is, and the studies that take participants."""
    return render(request, "home.html", {"open_studies": Study.objects.open()})


def about(request: HttpRequest) -> HttpResponse:
    """Where the method and the photographs of the demo come from."""
    return render(request, "about.html", {"sources": SOURCES})


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 when the site and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
