"""How each recruiter names its people in a link, and how they are sent back: one small table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

LONGEST_ID = 200  # characters; Prolific's have 24
SCHEMES = ("http", "https")
UNSAFE = "\\ \"'<>"


@dataclass(frozen=True)
class Recruiter:
    """`parameter` of the link holds a person's outside id, under which the recruiter knows them; "" where there is
    none. `placeholders` of the link are what the recruiter's site puts the values in for.
    """

    parameter: str = ""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    completion_url: str = ""  # that a researcher starts from; see completion_url() for what it may hold
    advice: str = ""


RECRUITERS = {
    "PLAIN": Recruiter(advice="Anybody with the link takes part, once on each device."),
    "PROLIFIC": Recruiter(
        parameter="PROLIFIC_PID",
        placeholders={
            "PROLIFIC_PID": "{{%PROLIFIC_PID%}}",
            "STUDY_ID": "{{%STUDY_ID%}}",
            "SESSION_ID": "{{%SESSION_ID%}}",
        },
        completion_url="https://app.prolific.com/submissions/complete?cc={code}",
        advice="Paste the link as the study’s address, and choose to record ids by address parameters.",
    ),
    "SONA": Recruiter(
        parameter="survey_code",
        placeholders={"survey_code": "%SURVEY_CODE%"},
        advice="Paste the link as the Study URL. As the link back take the client-side completion address that SONA "
        "shows, and write {id} in place of the XXXX at its end.",
    ),
    "CONNECT": Recruiter(
        parameter="participantId",
        advice="Paste the link as the project’s address; Connect adds participantId, assignmentId and projectId. "
        "As the link back take the redirect address that Connect shows.",
    ),
    "PANEL": Recruiter(
        parameter="id",
        placeholders={"id": "[ID]"},
        advice="In place of [ID] the panel puts a name of its own for each person. Links back may hold {id}.",
    ),
}


def link(recruiter: Recruiter, address: str) -> str:
    """The exact link to paste into the recruiter's site, placeholders included."""
    query = "&".join(f"{name}={placeholder}" for name, placeholder in recruiter.placeholders.items())
    return f"{address}?{query}" if query else address


def outside_id(recruiter: Recruiter, parameters: Mapping[str, str]) -> str:
    """Who arrives, by the link's parameters; "" when the link does not say, or still has its placeholder."""
    said = parameters.get(recruiter.parameter, "").strip() if recruiter.parameter else ""
    usable = said.isprintable() and len(said) <= LONGEST_ID
    return said if usable and said != recruiter.placeholders.get(recruiter.parameter) else ""


def completion_url(template: str, *, code: str, outside_id: str) -> str:
    """Where a participant is sent: {code} and {id} of the template filled in; "" when what it asks for is not known."""
    for mark, value in (("{code}", code), ("{id}", outside_id)):
        if mark in template and not value:
            return ""
        template = template.replace(mark, quote(value, safe=""))
    return template


def require_completion_url(template: str) -> None:
    """Raises ValueError, with a sentence, for what no participant must be sent to."""
    try:
        address = urlsplit(template)
        host = address.hostname
    except ValueError:
        host = None
    unsafe = not template.isprintable() or any(character in template for character in UNSAFE)
    if unsafe or not host or address.scheme not in SCHEMES:
        raise ValueError("A link begins with https:// and has no spaces, quotes or angle brackets.")
    if "{" in address.netloc or "@" in address.netloc:
        raise ValueError("The name of the site in a link is written out: no {code}, {id} or account in it.")
    bare = template.replace("{code}", "").replace("{id}", "")
    if "{" in bare or "}" in bare:
        raise ValueError("In a link only {code} and {id} stand in braces.")
