"""manage.py workers: the page of workers, for a terminal."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from colortest.operating.diagnosis import duration
from colortest.operating.overview import Overview, overview


class Command(BaseCommand):
    help = "Who is colouring, what waits, and what is wrong. Ends with 1 when something is."

    def handle(self, *args: Any, **options: Any) -> None:
        now = overview()
        self.stdout.write(now.finding.sentence)
        for line in (*_workers(now), *_waiting(now), *_failures(now), *_disk(now)):
            self.stdout.write(line)
        if now.finding.tone == "bad":
            raise SystemExit(1)


def _workers(now: Overview) -> Iterator[str]:
    for worker in now.workers:
        state = "" if worker.is_alive else " (stopped)" if worker.stopped else " (gone)"
        silence = duration(worker.silence)  # type: ignore[attr-defined]
        yield (
            f"  {worker}{state}: {worker.device}, {worker.photos:,} photos, "
            f"{worker.photos_per_minute:,.0f} a minute, heard of {silence} ago"
        )


def _waiting(now: Overview) -> Iterator[str]:
    for one in (*now.colorizations, *now.elsewhere):
        oldest = f", the oldest for {duration(one.oldest)}" if one.oldest is not None else ""
        failed = f", {one.failed:,} failed" if one.failed else ""
        if one.pending or one.failed:
            yield f"  {one.name}: {one.pending:,} waiting{oldest}{failed}"


def _failures(now: Overview) -> Iterator[str]:
    for failure in now.failures:
        yield f"  {failure.count:,} × {failure.algorithm}: {failure.reason}"


def _disk(now: Overview) -> Iterator[str]:
    if now.room:
        yield f"  {now.room} free on the disk"
