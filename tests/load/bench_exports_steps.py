"""One measurement of `bench_exports` in a process of its own; the last line that it prints is what it found: JSON."""

import io
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colortest.settings")
django.setup()

import psutil  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from colortest.access import ADMINS, grant  # noqa: E402
from colortest.analysis.api.lines import json_lines  # noqa: E402
from colortest.analysis.exports.formats import FORMATS  # noqa: E402
from colortest.experiment.models import Response, Study  # noqa: E402
from tests.load.crowded_results import multiply, play, stage_design  # noqa: E402


def fill(people: str) -> dict[str, float]:
    call_command("migrate", verbosity=0)
    study = stage_design()
    play(study)
    multiply(study, range(2, int(people) + 1), unnoticed=True)
    account = get_user_model().objects.create(username="bench")
    grant(account, ADMINS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"rows": Response.objects.count()}


def through(pieces: Iterable[bytes]) -> dict[str, float]:
    """Seconds until the first piece and the last, and the most memory between them above what it was before."""
    process, started, first = psutil.Process(), time.perf_counter(), None
    idle, most, size = process.memory_info().rss, 0, 0
    for piece in pieces:
        first = first or time.perf_counter() - started
        size += len(piece)
        most = max(most, process.memory_info().rss)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "first": first or seconds, "bytes": size, "mib": (most - idle) / 2**20}


def exported(name: str) -> Iterable[bytes]:
    study = Study.objects.get()
    if name == "bare":
        return _bare()
    if name == "page":
        return _page(study)
    return json_lines(study) if name == "ndjson" else FORMATS[name].pieces(study)


def _bare() -> Iterator[bytes]:
    lines = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY experiment_response TO STDOUT WITH (FORMAT csv)", lines)
    yield lines.getvalue()


def _page(study: Study) -> Iterable[bytes]:
    """As a browser gets it, without the network."""
    client = Client(SERVER_NAME="127.0.0.1")
    account = get_user_model().objects.get(username="bench")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/studies/{study.slug}/results.csv").streaming_content  # type: ignore[attr-defined]


if __name__ == "__main__":
    step, *arguments = sys.argv[1:]
    print(json.dumps(fill(*arguments) if step == "fill" else through(exported(step))))
