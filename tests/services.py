"""One embedded PostgreSQL and Redis for a whole test run, in a temporary folder of its own.

A plugin (`-p tests.services` in pyproject.toml) and not a conftest, because Django reads its settings before
any conftest is loaded. The addresses are put in the environment when this file is imported; the servers are
started by the controlling process only; every xdist worker uses a database, a Redis number and a
folder of stimuli of its own: what one test counts, no other writes.

Nothing is kept for after a power cut: a run writes some hundred thousand files, and waiting for the disk at each takes
as long as the tests.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis

from colortest import embedded

XDIST_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_running = ExitStack()


def _own_home() -> Path:
    """A new folder for the controller; the controller's for its xdist workers. Not pytest's: those are closed
    to the account that PostgreSQL runs as when the tests run as root."""
    if XDIST_WORKER:
        return Path(os.environ["COLORTEST_VAR"])
    home = Path(tempfile.mkdtemp(prefix="colortest-tests-", dir="/tmp"))
    home.chmod(0o711)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _redis_number() -> int:
    """0 without xdist, then 1 for gw0 and so on; Redis has 16."""
    return int(XDIST_WORKER.removeprefix("gw")) + 1 if XDIST_WORKER else 0


HOME = _own_home()
os.environ["COLORTEST_VAR"] = str(HOME)
os.environ["DATABASE_URL"] = embedded.database_url(HOME)
os.environ["REDIS_URL"] = embedded.redis_url(HOME, _redis_number())
os.environ["MEDIA_ROOT"] = str(HOME / "files" / (XDIST_WORKER or "alone"))


os.fsync = lambda _file: None


def queue() -> Redis:
    """This xdist worker's Redis."""
    return Redis.from_url(os.environ["REDIS_URL"].replace("redis+socket", "unix").replace("virtual_host", "db"))


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    _running.enter_context(embedded.serve(HOME, durable=False))
    atexit.register(_running.close)


def pytest_unconfigure() -> None:
    _running.close()
