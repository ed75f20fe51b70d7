"""JSON from and to the scripts of a participant's pages."""

import json
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse


def sent(request: HttpRequest) -> dict[str, object]:
    """The JSON object of a request. Raises ValueError when there is none."""
    try:
        read = json.loads(request.body)
    except (ValueError, RecursionError, RequestDataTooBig):
        read = None
    if not isinstance(read, dict):
        raise ValueError("it is not a small JSON object.")
    return read


def refusal(sentence: str, status: HTTPStatus, detail: str = "") -> JsonResponse:
    """A sentence for the participant, for the script a status, and in English what a programmer wants to know."""
    return JsonResponse({"error": sentence, **({"detail": detail} if detail else {})}, status=status)
