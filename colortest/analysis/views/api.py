"""The read interface: what a researcher may read, for programs. No cookie, no session: a token with each request."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from colortest.access import is_researcher
from colortest.analysis import services
from colortest.analysis.api import answers, shapes
from colortest.analysis.api.endpoints import CSV, ENDPOINTS, NDJSON
from colortest.analysis.api.lines import json_lines
from colortest.analysis.api.openapi import describe
from colortest.analysis.exports.columns import COLUMNS
from colortest.analysis.exports.formats import require_told
from colortest.analysis.exports.tidy import tidy_csv
from colortest.analysis.models import ApiToken
from colortest.experiment.models import Study
from colortest.refusal import Refused

UNKNOWN = "Send a token that is not revoked, as a header: “Authorization: Bearer …”. You make one at /account/tokens/."
NO_RESEARCHER = "The account of this token is no researcher any more."
NO_STUDY = "You have no study “{slug}”."
NOTHING = "There is nothing at this address: /api/openapi.json lists what there is."
READ_ONLY = "This interface is for reading: it answers to GET alone."


def studies(account: User) -> HttpResponseBase:
    """The studies of an account's teams."""
    return JsonResponse(asdict(answers.about_studies(Study.objects.visible_to(account))))


def study(found: Study) -> HttpResponseBase:
    """One of them."""
    return JsonResponse(asdict(answers.about_design(found)))


def fool_rates(found: Study) -> HttpResponseBase:
    """Its fool rates, as far as they are shown yet."""
    return JsonResponse(asdict(answers.about_fool_rates(found)))


def responses_csv(found: Study) -> HttpResponseBase:
    """Its responses as the tidy table."""
    require_told(found)
    return StreamingHttpResponse(tidy_csv(found), content_type=f"{CSV}; charset=utf-8")


def responses_ndjson(found: Study) -> HttpResponseBase:
    """Its responses as JSON, one object a line."""
    require_told(found)
    return StreamingHttpResponse(json_lines(found), content_type=NDJSON)


def _reading(view: Callable[[Any], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """GET alone, with a good token; the view gets the study that is asked for, or the account where none is."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str | None = None) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, READ_ONLY, Allow="GET, HEAD")
        token = _token(request)
        if token is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, UNKNOWN, **{"WWW-Authenticate": 'Bearer realm="colortest"'})
        if not (token.account.is_active and is_researcher(token.account)):
            return _refusal(HTTPStatus.FORBIDDEN, NO_RESEARCHER)
        services.note_use(token=token)
        if slug is None:
            return view(token.account)
        found = Study.objects.visible_to(token.account).filter(slug=slug).first()
        if found is None:
            return _refusal(HTTPStatus.NOT_FOUND, NO_STUDY.format(slug=slug))
        try:
            return view(found)
        except Refused as error:
            return _refusal(HTTPStatus.CONFLICT, str(error))

    return csrf_exempt(never_cache(guarded))


def description(request: HttpRequest) -> JsonResponse:
    """The interface described by OpenAPI, for whoever asks."""
    site = request.build_absolute_uri("/").rstrip("/")
    told = describe(site, {column.name: column.description for column in COLUMNS})
    return JsonResponse(told, json_dumps_params={"indent": 1})


@csrf_exempt
def unknown(_request: HttpRequest) -> JsonResponse:
    """Any other address."""
    return _refusal(HTTPStatus.NOT_FOUND, NOTHING)


def _token(request: HttpRequest) -> ApiToken | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return ApiToken.objects.good().with_token(token.strip()).select_related("account").first()


def _refusal(status: HTTPStatus, message: str, **headers: str) -> JsonResponse:
    said = asdict(shapes.Refusal(shapes.Problem(status.value, message)))
    return JsonResponse(said, status=status, headers=headers)


VIEWS: dict[str, Callable[[Any], HttpResponseBase]] = {
    "api_studies": studies,
    "api_study": study,
    "api_fool_rates": fool_rates,
    "api_csv": responses_csv,
    "api_ndjson": responses_ndjson,
}


def _pattern(name: str, below: str) -> URLPattern:
    return path(f"api/{below.replace('{slug}', '<slug:slug>')}", _reading(VIEWS[name]), name=name)


urlpatterns = [
    *(_pattern(endpoint.name, endpoint.path) for endpoint in ENDPOINTS),
    path("api/openapi.json", description, name="api_description"),
    re_path("^api/", unknown, name="api_unknown"),
]
