"""Who reads the results of a study: the researchers of its team, and viewers by a link that they were given.

A viewer's browser remembers the key of the link for the addresses of that one study. Each request looks the link up, so
that it opens nothing once it is revoked.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from colortest.access import View, is_researcher, researcher_required
from colortest.analysis.models import ViewerLink
from colortest.experiment.models import Study
from colortest.experiment.models.study import StudyQuerySet

SECONDS = 30 * 24 * 3600
REVOKED = (
    "This link opens nothing any more, or never did: it was revoked, or a part of it is missing. "
    "Please ask those who gave it to you for another."
)


def reader_required(view: View) -> View:
    """Let researchers through, and viewers to the study of their link; ask strangers to log in."""

    def guarded(request: HttpRequest, slug: str, *args: object, **kwargs: object) -> HttpResponseBase:
        if not _is_of_the_team(request, slug):
            request.viewer_link = _link_of(request, slug)  # type: ignore[attr-defined]
        if not viewer_link(request):
            return researcher_required(view)(request, slug, *args, **kwargs)
        reply = view(request, slug, *args, **kwargs)
        reply.headers["Cache-Control"] = "private, no-store"  # nothing is left to be read once the link is revoked
        return reply

    guarded.__name__ = view.__name__
    guarded.__doc__ = view.__doc__
    return guarded


def readable(request: HttpRequest) -> StudyQuerySet:
    """The studies whose results may be read by who asks, behind `reader_required`."""
    link = viewer_link(request)
    return Study.objects.filter(pk=link.study_id) if link else Study.objects.visible_to(request.user)


def viewer_link(request: HttpRequest) -> ViewerLink | None:
    """The link by which somebody reads who is not of the study's team."""
    return getattr(request, "viewer_link", None)


def remember_link(request: HttpRequest, response: HttpResponse, link: ViewerLink) -> None:
    response.set_cookie(
        _cookie(link.study.slug),
        link.key,
        SECONDS,
        path=link.study.get_absolute_url(),
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def good_link(key: str) -> ViewerLink:
    """The link with this key.

    Raises:
        Http404: there is none, or it is revoked.
    """
    link = ViewerLink.objects.good().select_related("study").filter(key=key).first()
    if link is None:
        raise Http404(REVOKED)
    return link


def _is_of_the_team(request: HttpRequest, slug: str) -> bool:
    return is_researcher(request.user) and Study.objects.visible_to(request.user).filter(slug=slug).exists()


def _link_of(request: HttpRequest, slug: str) -> ViewerLink | None:
    """What the browser remembers for this study."""
    key = request.COOKIES.get(_cookie(slug))
    if not key:
        return None
    link = good_link(key)
    return link if link.study.slug == slug else None


def _cookie(slug: str) -> str:
    return f"viewer-{slug}"
