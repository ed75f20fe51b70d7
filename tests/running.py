"""Running the site's programs as somebody at a terminal would, in data folders of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg2

from colortest import embedded
from colortest.embedded.processes import ROOT

START_SECONDS = 600  # with a demo to colour on a busy machine
STOP_SECONDS = 120
PATIENCE = 120.0  # seconds, for what takes a moment unless the machine is busy


def new_folder(mode: int = 0o711) -> Path:
    """Not pytest's own: those are closed to the account that PostgreSQL runs as when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="colortest-embedded-", dir="/tmp"))
    folder.chmod(mode)
    return folder


def django_environment(home: Path) -> dict[str, str]:
    """As for somebody who configured nothing but the folder."""
    of_this_run = ("DATABASE_URL", "REDIS_URL", "MEDIA_ROOT")
    kept = {name: value for name, value in os.environ.items() if name not in of_this_run}
    return {**kept, "COLORTEST_VAR": str(home)}


def manage(command: str, home: Path) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "manage.py", command]
    return subprocess.run(argv, cwd=ROOT, env=django_environment(home), capture_output=True, text=True, check=False)


class Site:
    """One `manage.py up` on a free port, as somebody would start it from a terminal."""

    def __init__(self, home: Path, port: int, *, demo: bool = False, **environ: str) -> None:
        self.home = home
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.said = home.with_name(f"said-{port}.txt")
        with self.said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", f"--port={port}", *([] if demo else ["--no-demo"])],
                cwd=ROOT,
                env={**django_environment(home), **environ},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a terminal of its own, so that Ctrl-C reaches it and not pytest
            )

    def wait_until_served(self) -> None:
        wait_until(lambda: "Ctrl-C" in self.said.read_text() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.said.read_text()

    def wait_for_the_end(self) -> int:
        return self.process.wait(STOP_SECONDS)

    def processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        """By the folder in its environment or command line, or by working in it: PostgreSQL hides the first two."""
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            marks = [process.environ().get("COLORTEST_VAR", ""), process.cwd(), *process.cmdline()]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False
        return any(str(self.home) in mark for mark in marks)


def wait_until(happened: Callable[[], object], seconds: float = PATIENCE, *, every: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "It did not happen in time"
        time.sleep(every)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, *, demo: bool = False, **environ: str) -> Iterator[Site]:
    """A site that answers; whatever a test does to it, nothing of it stays behind for the next."""
    site = Site(home, free_port(), demo=demo, **environ)
    try:
        site.wait_until_served()
        yield site
    finally:
        if site.process.poll() is None:
            site.process.send_signal(signal.SIGTERM)
        site.wait_for_the_end()
        wait_until(lambda: not site.processes(), STOP_SECONDS)


@contextmanager
def passing_site(*, demo: bool) -> Iterator[Site]:
    """A site whose data is gone after the block: for pictures and measurements."""
    folder = new_folder()
    try:
        with serving(folder / "var", demo=demo) as site:
            yield site
    finally:
        shutil.rmtree(folder)


@contextmanager
def real_sides(home: Path) -> Iterator[Callable[[str], tuple[str, bool]]]:
    """For bots of another process than the site's, from the database itself: the site tells nobody."""
    where = {"host": str(embedded.sockets(home)), "user": embedded.SUPERUSER, "dbname": embedded.DATABASE}
    with closing(psycopg2.connect(**where)) as connection:
        connection.autocommit = True

        def real_side(token: str) -> tuple[str, bool]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT real_side, kind = 'CATCH' FROM experiment_trial WHERE token = %s", [token])
                side, catch = cursor.fetchone()
            return side, catch

        yield real_side
