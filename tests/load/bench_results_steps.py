"""One measurement of `bench_results` in a process of its own; the last line that it prints is what it found: JSON."""

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colortest.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Max  # noqa: E402
from django.test import Client  # noqa: E402

from colortest.access import ADMINS, grant  # noqa: E402
from colortest.analysis.models import FoolRate, Sums  # noqa: E402
from colortest.analysis.services import compute_fool_rates, recompute_fool_rates  # noqa: E402
from colortest.analysis.services.reports import store_report  # noqa: E402
from colortest.experiment import services  # noqa: E402
from colortest.experiment.models import Response, Study  # noqa: E402
from tests.load.crowded_results import multiply, play, stage_design  # noqa: E402

ADDED, VISITS = 20, 200
LISTS = (
    "photos/",
    "photos/?order=least&split=test",
    "participants/",
    "participants/?order=slow",
    "participants/?order=most&who=counted",
    "participants/?order=slow&page=100000",
)


def fill(people: str) -> dict[str, float]:
    prepare()
    study = stage_design()
    play(study)
    seconds = _seconds(lambda: multiply(study, range(2, int(people) + 1), unnoticed=True))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"seconds": seconds}


def prepare() -> dict[str, float]:
    """Tables and static files as they are now, for a database that was kept."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    return {}


def everybody() -> dict[str, float]:
    """Everything from responses, every tally and everybody's own rates written anew."""
    seconds = _seconds(lambda: recompute_fool_rates(study=Study.objects.get(), everybody=True))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE analysis_tally")
    countable = sum(FoolRate.objects.of_people().values_list("countable", flat=True))
    return {"seconds": seconds, "mib": _mib(), "responses": Response.objects.count(), "countable": countable}


def raw() -> dict[str, float]:
    """Everything from responses, where tallies are there: all of them are compared, and none is wrong."""
    before = _rates()
    seconds = _seconds(lambda: recompute_fool_rates(study=Study.objects.get()))
    assert before == _rates()
    return {"seconds": seconds, "mib": _mib()}


def full() -> dict[str, float]:
    """All sums and draws anew, from tallies."""
    Sums.objects.all().delete()
    before = _rates()
    seconds = _seconds(lambda: compute_fool_rates(study=Study.objects.get()))
    assert before == _rates()
    return {"seconds": seconds, "mib": _mib()}


def added() -> dict[str, float]:
    """Milliseconds to count one person who has finished."""
    study, times = Study.objects.get(), []
    before = sum(FoolRate.objects.of_people().values_list("participants_before", flat=True))
    last = study.participants.aggregate(last=Max("number"))["last"]
    for number in range(last + 1, last + 2 + ADDED):
        multiply(study, range(number, number + 1))
        times.append(1000 * _seconds(lambda: compute_fool_rates(study=study)))
    after = sum(FoolRate.objects.of_people().values_list("participants_before", flat=True))
    assert after == before + 4 * (ADDED + 1)
    return _summary(times[1:])  # the first one loads modules


def report() -> dict[str, float]:
    """What the pages show beside fool rates."""
    seconds = _seconds(lambda: store_report(study=Study.objects.get()))
    return {"seconds": seconds, "mib": _mib()}


def page() -> dict[str, float]:
    """Milliseconds of the results page for an admin, without the network; of a study that is over, which shows most."""
    services.close_study(study=Study.objects.get())
    return _visited(_admin(), "results/", VISITS)


def lists() -> dict[str, float]:
    """Medians of milliseconds of pages with long lists, by their addresses, of the same study."""
    client = _admin()
    return {address: _visited(client, address, ADDED)["median"] for address in LISTS}


def _admin() -> Client:
    account, _ = get_user_model().objects.get_or_create(username="bench")
    grant(account, ADMINS)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _visited(client: Client, address: str, times: int) -> dict[str, float]:
    _visit(client, address)  # the first one loads the templates
    return _summary([1000 * _seconds(lambda: _visit(client, address)) for _ in range(times)])


def _visit(client: Client, address: str) -> None:
    reply = client.get(f"/studies/many/{address}")
    assert reply.status_code == 200, reply.status_code


def _rates() -> list[tuple[Any, ...]]:
    return list(FoolRate.objects.order_by("pk").values_list("fooled", "countable", "low", "high"))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _summary(times: list[float]) -> dict[str, float]:
    return {"median": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1], "longest": max(times)}


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    steps = {step.__name__: step for step in (fill, prepare, everybody, raw, full, added, report, page, lists)}
    print(json.dumps(steps[sys.argv[1]](*sys.argv[2:])))
