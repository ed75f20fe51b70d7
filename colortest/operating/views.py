"""The page of workers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from colortest.access import admin_required
from colortest.htmx import HtmxRequest
from colortest.operating.overview import overview


@never_cache
@admin_required
def workers(request: HtmxRequest) -> HttpResponse:
    """Workers, what waits for them, and what is wrong. Asked by htmx, only what changes."""
    template = "operating/_workers.html" if request.htmx else "operating/workers.html"
    return render(request, template, {"overview": overview()})
