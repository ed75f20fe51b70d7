"""One line a request: method, route, status, milliseconds and which study, test set or algorithm. Never the path: it
may hold the code of a participant or the token of a trial.
"""

import time
from collections.abc import Iterator
from functools import partial
from typing import cast
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django_structlog.middlewares import RequestMiddleware

from colortest.logs.people import hidden

UNKNOWN = "(no such address)"
# What a slug names, by what stands before it in the route.
_SLUGS = {"s": "study", "studies": "study", "test-sets": "test_set", "algorithms": "algorithm"}


class QuietRequests(RequestMiddleware):
    """django-structlog's request ids and lines, told by route."""

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        with hidden(partial(_brought, request)):
            structlog.contextvars.clear_contextvars()
            structlog.contextvars.bind_contextvars(request_id=str(uuid4()))
            response = cast(HttpResponse, self.get_response(request))
            milliseconds = round(1000 * (time.perf_counter() - began))
            structlog.contextvars.bind_contextvars(milliseconds=milliseconds)
            self.handle_response(request, response)
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Django has found the view: from here on the lines say what they are about."""
        structlog.contextvars.bind_contextvars(**_ids(request.resolver_match))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        match = request.resolver_match
        return f"{request.method} {match.route if match else UNKNOWN}"


def about(study: str) -> None:
    """From here on the lines of this request say which study it is about."""
    structlog.contextvars.bind_contextvars(study=study)


def _ids(match: ResolverMatch | None) -> dict[str, str]:
    """Slugs of what researchers and admins make: public names of things, not of people."""
    if match is None or "slug" not in match.kwargs:
        return {}
    before = match.route.split("<slug:slug>")[0].rstrip("/").rpartition("/")[2]
    return {_SLUGS[before]: match.kwargs["slug"]} if before in _SLUGS else {}


def _brought(request: HttpRequest) -> Iterator[str]:
    """Every word of the request that may tell of a person, as it came and as it is written in an address."""
    match = request.resolver_match
    public = set(_ids(match).values())
    if match is None:  # a code that was mistyped is still somebody's
        yield from request.path.split("/")
    elif match.kwargs:
        yield from (str(word) for word in match.kwargs.values() if word not in public)
    if match is None or match.kwargs:
        yield from (request.path, request.get_full_path())
    yield request.META.get("QUERY_STRING", "")
    yield from (word for words in request.GET.lists() for word in words[1])
    for name in ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_COOKIE"):
        yield request.META.get(name, "")
    yield from request.COOKIES.values()
    authorization: str = request.META.get("HTTP_AUTHORIZATION", "")
    yield authorization.partition(" ")[2]
    # What somebody typed, once the view has read it: nothing is read for the log's sake.
    posted = getattr(request, "_post", None)
    yield from (word for words in (posted.lists() if posted else ()) for word in words[1])
