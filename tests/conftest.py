"""What every kind of test shares. The database and the queue of the run are in `tests/services.py`."""

import ctypes
import time
from collections.abc import Iterable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from colortest import embedded
from colortest.embedded.processes import start_worker, worker_ready
from colortest.embedded.supervisor import Child
from tests.cast import admin, make_study, other_researcher, participant, researcher, stranger, study
from tests.running import wait_until
from tests.services import HOME, queue

__all__ = ["admin", "make_study", "other_researcher", "participant", "researcher", "stranger", "study"]

WORKER_SECONDS = 240  # to start, or to end what it is at
LONG = ("processes", "browser", "long")
LIBC = ctypes.CDLL(None)
_running: list[Child] = []  # the worker process of this moment


def pytest_configure() -> None:
    """Static files straight from their sources: `manage.py up` makes the manifest that the site reads."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    DatabaseOperations.sql_flush = _delete_all  # type: ignore[method-assign]


def _delete_all(_: DatabaseOperations, __: object, tables: Iterable[str], **___: object) -> list[str]:
    """In place of TRUNCATE, which makes new files for all tables and their indexes, however few have rows, and locks
    out whoever so much as reads. In the role of a replica no foreign key is looked after: all rows go at once."""
    return ["SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{table}"' for table in tables)]  # noqa: S608


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files with the longest tests first: a run is as long as the file that ends last."""
    long = {item.path for item in items if any(map(item.get_closest_marker, LONG))}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="module", autouse=True)
def freed_memory() -> Iterator[None]:
    """What a module's tests freed goes back to the system: glibc would keep hundreds of MiB after networks learned."""
    yield
    if hasattr(LIBC, "malloc_trim"):
        LIBC.malloc_trim(0)


@pytest.fixture(scope="module")
def worker_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """A real Celery worker process on the test database and this run's Redis, shared by a module's tests."""
    name = str(connection.settings_dict["NAME"])
    addresses = {"DATABASE_URL": embedded.database_url(HOME, name), "REDIS_URL": settings.REDIS_URL}
    queue().flushdb()  # what other tests rang for is no longer there
    child = start_worker(HOME, logs=tmp_path_factory.mktemp("worker"), **addresses)
    try:
        wait_until(lambda: _started(child), WORKER_SECONDS)
        _running.append(child)
        yield child
    finally:
        _running.clear()
        child.stop()


@pytest.fixture
def worker(worker_process: Child, transactional_db: None) -> Child:
    """The worker process, which sees what is committed."""
    return worker_process


@pytest.fixture(autouse=True)
def rest(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody is at work when the tables are emptied: no request of the site, and no worker process that runs, whether
    the test asked for it or only rang. Who is would write rows of one test into the next, or meet a deadlock."""
    marker = request.node.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(request.fixturenames)
    emptied = bool(asked or (marker and marker.kwargs.get("transaction")))
    if emptied:
        request.getfixturevalue("transactional_db")  # first, so that it ends after this
    yield
    if emptied:
        wait_until(_at_rest if _running else _nobody_at_work, WORKER_SECONDS, every=0.02)


def _started(child: Child) -> bool:
    assert child.exit_code is None, child.last_lines()
    return worker_ready(child)


def _at_rest() -> bool:
    """Drops what waits for the worker; whether it has nothing in its hands, and still has not a moment later, for it
    takes a message from the queue a moment before it writes that down."""
    waiting = queue()
    for look in range(2):
        waiting.delete("celery", *waiting.scan_iter("celery\x06*"))
        if waiting.hlen("unacked") or not _nobody_at_work():
            return False
        time.sleep(0.02 * (1 - look))
    return True


def _nobody_at_work() -> bool:
    """Whether no other session of this test's database is inside a statement or a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return int(cursor.fetchone()[0]) == 0


@pytest.fixture
def site(live_server: object) -> str:
    """The address of the site, served from this process; what a request writes is committed."""
    return str(live_server)
