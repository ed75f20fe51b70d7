"""What is decided of every request before a view sees it."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse


def no_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """An address with a NUL behind its question mark is nobody's: PostgreSQL takes none in any text."""

    def respond(request: HttpRequest) -> HttpResponse:
        if any("\0" in word for words in request.GET.lists() for word in words[1]):
            raise Http404
        return get_response(request)

    return respond
