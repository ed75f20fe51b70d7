"""What the script of the upload pages asks: what is there of an upload, and keep this chunk."""

import hashlib

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from colortest.access import admin_required
from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.models import Upload

BROKEN = "A part did not arrive whole. It is sent again."
FULL = "The site cannot store it now: its disk may be full. It is tried again by itself."


@never_cache
@admin_required
def upload(request: HttpRequest, pk: int) -> JsonResponse:
    """The measures of an upload, and the SHA-256 of each chunk, null where it has not arrived."""
    found = get_object_or_404(Upload, pk=pk)
    there = dict(found.chunks.values_list("position", "sha256"))
    measures = {"file_name": found.file_name, "byte_count": found.byte_count, "chunk_bytes": found.chunk_bytes}
    return JsonResponse({**measures, "chunks": [there.get(position) for position in range(found.chunk_count)]})


@require_http_methods(["PUT"])
@admin_required
def chunk(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Keep a chunk. 409: it is of another file; 5xx: send it again."""
    found = get_object_or_404(Upload, pk=pk)
    try:
        data = request.read(found.chunk_bytes + 1)
        if request.headers.get("X-Sha256", "") not in ("", hashlib.sha256(data).hexdigest()):
            return JsonResponse({"error": BROKEN}, status=503)
        services.receive_chunk(upload=found, position=position, data=data)
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=409)
    except UnreadablePostError:
        return JsonResponse({"error": BROKEN}, status=503)
    except OSError:
        return JsonResponse({"error": FULL}, status=507)
    return HttpResponse(status=204)
