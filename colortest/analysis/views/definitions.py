"""What every number means."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from colortest.analysis.definitions import CHAPTERS


def definitions(request: HttpRequest) -> HttpResponse:
    """All definitions, each with an anchor of its own. Open to everybody: they tell of no study."""
    return render(request, "analysis/definitions.html", {"chapters": CHAPTERS})
