"""Which colorizations come next, and that asking costs the same in a large table."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from colortest.stimuli.models.colorizations import WAIT
from colortest.stimuli.quality import Quality
from colortest.stimuli.services import Finished
from tests.cast import make_test_set
from tests.worker.making import make_all
from worker import colorizing
from worker.choosing import next_batch
from worker.colorizing import colorize_batch
from worker.methods import donor

pytestmark = pytest.mark.django_db

PHOTOS, MADE, LIMIT = 100_000, 80_000, 32


def grey() -> Algorithm:
    return services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")


def catch() -> Algorithm:
    return services.register_method(slug="catch", name="Catch", kind="CATCH", method="random-colour")


def ask(test_set: TestSet, algorithm: Algorithm) -> None:
    services.request_colorizations(photos=test_set.photos.all(), algorithm=algorithm)


def long_ago() -> None:
    """What was begun was begun before a worker would still be at it."""
    Colorization.objects.exclude(tried=None).update(tried=Now() - 2 * WAIT)


def ready() -> list[str]:
    """Slugs of the algorithms of what is ready, in no order."""
    return sorted(Colorization.objects.ready().values_list("algorithm__slug", flat=True))


def test_what_somebody_waits_for_comes_at_the_next_batch(settings: LazySettings) -> None:
    settings.COLORIZE_BATCH = 2
    test_set = make_test_set(9)
    ask(test_set, catch())
    colorize_batch(next_batch)
    last = test_set.photos.last()
    assert last is not None
    asked = services.colorize_now(photo=last, algorithm=grey())
    already_waiting = services.colorize_now(photo=last, algorithm=catch())
    assert (asked.status, already_waiting.status) == ("PENDING", "PENDING")
    for row in (asked, already_waiting):
        colorize_batch(next_batch)
        row.refresh_from_db()
        assert row.status == "READY", "who waits longest comes first"
    assert ready() == ["catch", "catch", "catch", "grey"]


def test_asking_for_one_photo_tries_a_failed_one_again_and_leaves_a_ready_one() -> None:
    test_set = make_test_set(2)
    ask(test_set, grey())
    failed, made = Colorization.objects.order_by("pk")
    services.fail_colorizations(colorizations=[failed], reason="the dog ate it")
    make_all()
    made.refresh_from_db()
    assert services.colorize_now(photo=made.photo, algorithm=grey()).file == made.file
    assert services.colorize_now(photo=failed.photo, algorithm=grey()).status == "PENDING"
    make_all()
    assert Colorization.objects.ready().count() == 2


def test_algorithms_take_turns(settings: LazySettings) -> None:
    settings.COLORIZE_BATCH = 2
    test_set = make_test_set(6)
    ask(test_set, grey())
    ask(test_set, catch())
    for made in (["one"], ["both"]):
        colorize_batch(next_batch)
        assert len(set(ready())) == (1 if made == ["one"] else 2)
    colorize_batch(next_batch)
    colorize_batch(next_batch)
    assert ready() == ["catch"] * 4 + ["grey"] * 4


def test_what_was_begun_and_left_is_no_part_of_a_batch_but_claimed_alone() -> None:
    ask(make_test_set(4), grey())
    left = services.claim_fresh(algorithm_id=grey().pk, limit=2)
    assert services.claim_suspect() == [], "a worker may be at it this very moment"
    long_ago()
    assert len(next_batch()) == 2
    alone = [services.claim_suspect() for _ in range(3)]
    assert alone == [[left[0]], [left[1]], []]


def test_the_third_try_is_the_last_and_a_new_start_is_the_admins() -> None:
    ask(make_test_set(2), grey())
    services.claim_fresh(algorithm_id=grey().pk, limit=1)
    for _ in range(2):
        long_ago()
        assert services.give_up() == []
        (poison,) = services.claim_suspect()
    long_ago()
    assert services.claim_suspect() == []
    assert services.give_up() == [poison]
    make_all()
    row = Colorization.objects.failed().get()
    assert (row.pk, row.tries) == (poison, 3)
    assert "died 3 times on this photo" in row.error
    assert Colorization.objects.ready().count() == 1
    services.retry_failed(algorithm=grey())
    make_all()
    assert Colorization.objects.ready().count() == 2


def test_what_is_given_back_was_never_tried() -> None:
    ask(make_test_set(2), grey())
    claimed = services.claim_fresh(algorithm_id=grey().pk, limit=2)
    services.give_back(ids=claimed)
    assert services.claim_fresh(algorithm_id=grey().pk, limit=2) == claimed


@pytest.mark.parametrize("wrong", [{"tries": 4, "tried": Now()}, {"tries": 1, "tried": None}])
def test_the_database_knows_how_often_is_enough(wrong: dict[str, Any]) -> None:
    ask(make_test_set(2), grey())
    with pytest.raises(IntegrityError, match="tried_so_often"), transaction.atomic():
        Colorization.objects.update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_a_worker_holds_is_nobody_elses() -> None:
    ask(make_test_set(6), grey())
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            list(Colorization.objects.pending().order_by("id").unheld()[:4])
            held.set()
            done.wait(10)
        connection.close()

    other = threading.Thread(target=first)
    other.start()
    assert held.wait(10)
    free = services.claim_fresh(algorithm_id=grey().pk, limit=6)
    done.set()
    other.join()
    assert free == list(Colorization.objects.order_by("id").values_list("pk", flat=True))[4:]


@pytest.fixture
def many(db: None) -> Iterator[Algorithm]:
    """As many photos as a large test set has, most of them coloured since they were asked for; nothing vacuumed."""
    test_set, algorithm = services.create_test_set(name="large"), grey()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stimuli_photo (test_set_id, split, name, file, sha256, byte_count, width, height)"
            " SELECT %s, 'test', n, n || '.webp', n, 1, 256, 256 FROM generate_series(1, %s) n",
            [test_set.pk, PHOTOS],
        )
        cursor.execute(
            "INSERT INTO stimuli_colorization (photo_id, algorithm_id, status, file, byte_count, error, tries)"
            " SELECT id, %s, 'PENDING', '', 0, '', 0 FROM stimuli_photo WHERE test_set_id = %s",
            [algorithm.pk, test_set.pk],
        )
        # Compared with one number: a join would be planned by what was in the tables before, row against row.
        cursor.execute(
            "UPDATE stimuli_colorization SET status = 'READY', file = id, tries = 1, tried = now(), psnr = 1"
            " WHERE id < (SELECT min(id) + %s FROM stimuli_colorization)",
            [MADE],
        )
        yield algorithm


def batch(first: int) -> list[Colorization]:
    return list(Colorization.objects.to_make(range(first, first + LIMIT)))


def store(first: int) -> None:
    rows = batch(first)
    outcomes = [(Finished(b"", Quality(1.0, 1.0)), str(row.pk)) for row in rows]
    services.store_colorizations(rows=rows, outcomes=outcomes, milliseconds=1.0)


# All that is asked for a batch, and what the clock asks; each with the id of one that is pending.
STATEMENTS: list[Callable[[int], object]] = [
    lambda _: next_batch(),
    lambda _: services.claim_suspect(),
    lambda _: services.give_up(),
    lambda first: donor(batch(first)[0].photo),
    lambda first: store(first),
    lambda first: services.give_back(ids=range(first + LIMIT, first + 2 * LIMIT)),
    lambda _: Colorization.objects.any_pending(),
    lambda _: list(Colorization.objects.unmeasured()[:LIMIT]),
]


def test_nothing_that_a_batch_asks_reads_a_large_table(many: Algorithm) -> None:
    first = Colorization.objects.pending().order_by("id").first()
    assert first is not None
    with CaptureQueriesContext(connection) as captured:
        for statement in STATEMENTS:
            statement(first.pk)
    queries = [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "UPDATE", "INSERT"))]
    assert len(queries) >= 11
    # What PostgreSQL knows of the tables is then of this test, as autovacuum keeps it, and not of the tests before.
    connection.cursor().execute("ANALYZE stimuli_colorization, stimuli_photo")
    for query in queries:
        for node in plan(query):
            read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            assert read <= 4 * LIMIT, query
            assert not (node["Node Type"] == "Seq Scan" and node["Relation Name"] != "stimuli_algorithm"), query


def plan(query: str) -> Iterator[dict[str, Any]]:
    """The steps in which PostgreSQL did it."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        (found,) = cursor.fetchone()
        transaction.set_rollback(True)
    nodes = [(json.loads(found) if isinstance(found, str) else found)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        yield node


@pytest.mark.django_db(transaction=True)
def test_lanes_that_fail_together_give_each_claim_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(make_test_set(1), grey())
    Colorization.objects.update(tries=3, tried=Now())
    usual, owed = services.give_back, Colorization.objects.values_list("pk", flat=True).get()

    def slowly(*, ids: list[int]) -> None:
        time.sleep(0.2)
        usual(ids=ids)

    def lane() -> None:
        colorizing.settle()
        connection.close()

    monkeypatch.setattr(services, "give_back", slowly)
    colorizing._owed.add(owed)
    lanes = [threading.Thread(target=lane) for _ in range(2)]
    for one in lanes:
        one.start()
    for one in lanes:
        one.join()
    assert Colorization.objects.get().tries == 2
