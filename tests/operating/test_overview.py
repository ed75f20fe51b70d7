"""What workers do and what waits for them, from a few queries that read nothing of what is ready."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from colortest.operating.diagnosis import duration
from colortest.operating.models import Worker
from colortest.operating.overview import overview
from colortest.operating.services import record_worker, stop_worker
from colortest.stimuli.models import Algorithm, Colorization, MachineFoolRate, TestSet
from tests.operating.staging import rows, told, worker

pytestmark = pytest.mark.django_db
MANY = 4000


def test_a_worker_is_alive_for_thirty_seconds() -> None:
    worker(process=1, silent=20)
    worker(process=2, silent=31)
    assert [one.process for one in Worker.objects.alive()] == [1]
    assert [one.is_alive for one in overview().workers] == [True, False]


def test_one_that_ends_in_order_is_not_there_at_once() -> None:
    stop_worker(worker().key)
    assert overview().alive == []


def test_one_that_is_heard_of_again_is_the_same_row() -> None:
    before = told()
    record_worker(before)
    started = Worker.objects.get().started
    record_worker(told(key=before.key, photos=32, batches=1))
    now = Worker.objects.get()
    assert (now.photos, now.started) == (32, started)
    assert now.last_made


def test_what_nobody_heard_of_for_a_day_is_swept_by_the_next() -> None:
    worker(process=1, silent=86_500)
    worker(process=2)
    assert [one.process for one in Worker.objects.all()] == [2]


def test_what_waits_is_told_by_algorithm_with_the_age_of_the_oldest() -> None:
    rows(3)
    rows(2, "FAILED", first=3, error="too dark")
    rows(1, "FAILED", first=5, error="too bright")
    rows(4, "READY", first=6)
    Colorization.objects.filter(photo__name="1.jpg").update(created=timezone.now() - timedelta(hours=1))
    Colorization.objects.filter(photo__name="0.jpg").update(created=timezone.now() - timedelta(hours=2))
    now = overview()
    (grey,) = now.colorizations
    assert (grey.pending, grey.failed, now.pending, now.failed) == (3, 3, 3, 3)
    assert grey.oldest is not None
    assert round(grey.oldest.total_seconds() / 3600) == 2
    assert [(one.count, one.algorithm, one.reason) for one in now.failures] == [
        (2, "Grey", "too dark"),
        (1, "Grey", "too bright"),
    ]


def test_what_else_waits_is_told_too() -> None:
    rows(1, "READY")
    of = {"algorithm": Algorithm.objects.get(), "test_set": TestSet.objects.get()}
    MachineFoolRate.objects.create(**of, split="test", requested=timezone.now() - timedelta(minutes=5))
    waiting = {one.kind: (one.pending, duration(one.oldest)) for one in overview().elsewhere}
    assert waiting.pop("observe") == (1, "5 min")
    assert set(waiting.values()) == {(0, "–")}


def test_no_query_reads_what_is_ready() -> None:
    """Its cost does not grow with what is made: a plan on thousands of rows opens their indexes of exceptions."""
    rows(MANY, "READY")
    rows(3, first=MANY)
    rows(3, "FAILED", first=MANY + 3, error="too dark")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stimuli_colorization")
    with CaptureQueriesContext(connection) as asked:
        overview()
    about = [query["sql"] for query in asked if '"stimuli_colorization"' in query["sql"]]
    assert len(about) == 4
    for sql in about:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan on stimuli_colorization" not in plan, plan
        assert " on stimuli_colorization" in plan, plan
        assert not re.search(r"rows=\d{3}", plan), plan


class TestPage:
    def test_it_says_in_one_sentence_that_nobody_is_colouring(self, admin: Client) -> None:
        rows(1200)
        worker(silent=40)
        page = admin.get("/workers/").content.decode()
        assert re.search(r"Nobody is colouring: 1,200 wait and no worker has been seen for \d\d s\.", page)

    def test_it_asks_as_many_questions_for_much_as_for_little(self, admin: Client) -> None:
        def questions() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert admin.get("/workers/").status_code == 200
            return len(asked)

        rows(1)
        worker()
        few = questions()
        rows(50, first=1)
        rows(50, "FAILED", first=51, error="too dark")
        for process in range(20):
            worker(process=process)
        assert questions() == few <= 20

    def test_a_killed_worker_is_gone_a_stopped_one_stopped_and_the_others_alive(self, admin: Client) -> None:
        worker(process=4711)
        worker(process=4712, silent=45)
        stop_worker(worker(process=4713).key)
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", admin.get("/workers/").content.decode()))
        for process, state in ((4711, "alive"), (4712, "gone"), (4713, "stopped")):
            assert re.search(rf"process {process} {state} heard of \d+ s ago", page), state

    def test_asked_by_htmx_it_sends_only_what_changes(self, admin: Client) -> None:
        part = admin.get("/workers/", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        assert 'hx-get="/workers/"' in part

    def test_a_dead_queue_is_told_and_breaks_nothing(self, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("colortest.operating.overview.broker_answers", lambda: False)
        worker()
        assert "The queue (Redis) does not answer" in admin.get("/workers/").content.decode()


def test_the_command_says_the_same_and_ends_with_1_when_something_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows(5)
    rows(2, "FAILED", first=5, error="too dark")
    with pytest.raises(SystemExit) as end:
        call_command("workers")
    said = capsys.readouterr().out
    assert end.value.code == 1
    assert "Nobody is colouring: 5 wait" in said
    assert "Grey: 5 waiting, the oldest for 0 s, 2 failed" in said
    assert "2 × Grey: too dark" in said
    worker(photos_per_minute=60.0)
    call_command("workers")
    assert "1 worker at work, 5 colorizations to make, 5 s at 60 a minute." in capsys.readouterr().out
