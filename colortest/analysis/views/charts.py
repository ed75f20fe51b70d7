"""Every chart of a study, in each of its forms."""

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control

from colortest.analysis import shown
from colortest.analysis.charts import look
from colortest.analysis.readers import readable, reader_required, viewer_link

KEPT = 3600  # seconds: who looks at the same numbers sees the same drawing
TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/vnd.vegalite.v6+json"}


@reader_required
def chart(request: HttpRequest, slug: str, name: str, form: str) -> HttpResponse:
    """A chart from stored numbers as SVG, as PNG at print size, or as Vega-Lite."""
    study = get_object_or_404(readable(request), slug=slug)
    found = shown.figure(study, name, by_link=viewer_link(request) is not None)
    if found is None:
        raise Http404(f"There is no chart “{name}” of this study to be shown now.")
    figure, computed = found
    key = f"chart:{study.pk}:{study.showing}:{name}:{computed.timestamp()}"
    return send(request, figure, form, file_name=f"{slug}-{name}", key=key)


def send(request: HttpRequest, figure: look.Figure, form: str, *, file_name: str, key: str = "") -> HttpResponse:
    """A figure in one of its forms: for a page where the request says `at` which moment, else as a file.

    key: under which the drawing is kept for others who look at the same numbers.
    """
    width = look.NARROW if form == "svg" and "narrow" in request.GET else look.WIDTH

    def draw() -> str | bytes:
        return _drawn(figure, form, width)

    drawn = caches["drawings"].get_or_set(f"{key}:{form}:{width}", draw, KEPT) if key else draw()
    response = HttpResponse(drawn, content_type=TYPES[form])
    if "at" not in request.GET:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}.{form}"'
    patch_cache_control(response, private=True, max_age=KEPT if "at" in request.GET else 0)
    return response


def _drawn(figure: look.Figure, form: str, width: int) -> str | bytes:
    if form == "svg":
        return look.svg(figure, width=width)
    return look.png(figure) if form == "png" else look.vega_lite(figure)
