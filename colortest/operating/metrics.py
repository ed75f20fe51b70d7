"""The numbers of the page of workers, for Prometheus.

They are read from the database when somebody asks, so that every web process gives the same ones. Labels are few and of
no person: algorithms, devices, and kinds of work.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from colortest.operating.overview import Overview, overview


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For who knows METRICS_TOKEN; where there is none, this address does not exist."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not compare_digest(given.encode(), expected.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_Overview())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Overview(Collector):
    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering does not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        now = overview()
        yield _gauge("colortest_trouble", "1 when the page of workers says that something is wrong", _trouble(now))
        yield _gauge("colortest_queue_up", "1 when Redis answers", float(now.broker_answers))
        yield _gauge("colortest_photos_per_minute", "Colorizations made by all workers", now.photos_per_minute)
        devices = Counter(worker.device for worker in now.alive)
        yield _labelled("colortest_workers_alive", "Processes that do tasks", "device", devices)
        yield from _of_algorithms(now)
        waiting = {one.kind: one.pending for one in now.elsewhere}
        yield _labelled("colortest_work_pending", "What else waits for workers", "work", waiting)
        since = {one.kind: one.oldest.total_seconds() for one in now.elsewhere if one.oldest is not None}
        yield _labelled("colortest_work_oldest_seconds", "How long the oldest of it has waited", "work", since)
        if now.free_bytes is not None:
            yield _gauge("colortest_free_bytes", "Free on the disk that keeps stimuli", now.free_bytes)


def _of_algorithms(now: Overview) -> Iterator[Metric]:
    name = "colortest_colorizations_"
    for ending, help_text, values in (
        ("pending", "Colorizations to make", {one.kind: one.pending for one in now.colorizations}),
        ("failed", "Colorizations given up on", {one.kind: one.failed for one in now.colorizations}),
        (
            "oldest_pending_seconds",
            "How long the oldest has waited",
            {one.kind: one.oldest.total_seconds() if one.oldest else 0.0 for one in now.colorizations},
        ),
    ):
        yield _labelled(name + ending, help_text, "algorithm", values)


def _trouble(now: Overview) -> float:
    return float(now.finding.tone == "bad")


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)


def _labelled(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
