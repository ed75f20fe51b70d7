"""What a participant's browser remembers for the site: its run of a study, and under which id somebody was sent."""

from django.core import signing
from django.http import HttpRequest, HttpResponse

from colortest.experiment.models import Participant, Study

SALT = "colortest.outside-id"
SECONDS = 7 * 24 * 3600


def known_run(request: HttpRequest, study: Study) -> Participant | None:
    """The run of this study that began on this device."""
    return study.participants.filter(code=request.COOKIES.get(_run(study), "")).first()


def remember_run(request: HttpRequest, response: HttpResponse, participant: Participant) -> None:
    _set(request, response, _run(participant.study), participant.code)


def forget_run(response: HttpResponse, study: Study) -> None:
    response.delete_cookie(_run(study), samesite="Lax")


def outside_id(request: HttpRequest, study: Study) -> str:
    """Under which id the study's recruiter sent this browser here; "" when it did not, or it has another recruiter now.

    Only the browser holds the id: the site keeps a keyed hash. It is signed, so that nobody comes as somebody else by
    writing a cookie.
    """
    try:
        said = signing.loads(request.COOKIES.get(_person(study), ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return ""
    return str(said["id"]) if said["recruiter"] == study.recruiter else ""


def remember_outside_id(request: HttpRequest, response: HttpResponse, study: Study, outside_id: str) -> None:
    value = signing.dumps({"recruiter": study.recruiter, "id": outside_id}, salt=SALT)
    _set(request, response, _person(study), value)


def _set(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, SECONDS, httponly=True, secure=request.is_secure(), samesite="Lax")


def _run(study: Study) -> str:
    return f"run-{study.pk}"


def _person(study: Study) -> str:
    return f"person-{study.pk}"
