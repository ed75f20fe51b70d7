"""What every kind of test shares. The database and the queue of the run are in `tests/services.py`."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from colortest import embedded
from colortest.embedded.processes import start_worker, worker_ready
from colortest.embedded.supervisor import Child
from tests.cast import admin, make_study, other_researcher, participant, researcher, stranger, study
from tests.services import HOME, queue

__all__ = ["admin", "make_study", "other_researcher", "participant", "researcher", "stranger", "study"]

WORKER_START_SECONDS, WORKER_STOP_SECONDS = 240, 240
LONG = ("processes", "browser", "long")
QUIET_LOOKS = 4  # one after the other: a task takes a moment between two transactions


def pytest_configure() -> None:
    """Static files straight from their sources: `manage.py up` makes the manifest that the site reads."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files with the longest tests first: a run is as long as the file that ends last."""
    long = {item.path for item in items if any(map(item.get_closest_marker, LONG))}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="module")
def worker_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """A real Celery worker process on the test database and this run's Redis, shared by a module's tests."""
    name = str(connection.settings_dict["NAME"])
    addresses = {"DATABASE_URL": embedded.database_url(HOME, name), "REDIS_URL": settings.REDIS_URL}
    child = start_worker(HOME, logs=tmp_path_factory.mktemp("worker"), **addresses)
    try:
        deadline = time.monotonic() + WORKER_START_SECONDS
        while not worker_ready(child):
            assert child.exit_code is None, child.last_lines()
            assert time.monotonic() < deadline, child.last_lines()
            time.sleep(0.05)
        yield child
    finally:
        child.stop()


@pytest.fixture
def worker(worker_process: Child, transactional_db: None) -> Iterator[Child]:
    """The worker process, which sees what is committed, and has nothing left to do when the tables are emptied."""
    yield worker_process
    deadline = time.monotonic() + WORKER_STOP_SECONDS
    quiet = 0
    while quiet < QUIET_LOOKS:
        queue().flushdb()
        quiet = 0 if _at_work() else quiet + 1
        assert time.monotonic() < deadline, worker_process.last_lines()
        time.sleep(0.05)


def _at_work() -> int:
    """How many other sessions of this test's database are inside a statement or a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def site(live_server: object) -> str:
    """The address of the site, served from this process; what a request writes is committed."""
    return str(live_server)
