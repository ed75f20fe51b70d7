"""The programs of the site, each on a machine of its own, and what is asked of them from outside."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from colortest import embedded
from colortest.embedded import postgres
from colortest.embedded.addresses import SUPERUSER
from colortest.embedded.processes import ROOT, environment
from colortest.embedded.supervisor import Child, stop_together
from colortest.embedded.unprivileged import ACCOUNT, bare_environment, make_folder, make_private, programs
from tests.running import new_folder
from tests.several_machines.network import Network, network

log = logging.getLogger(__name__)
PASSWORD, TOKEN = "between-machines", "prometheus"
PHOTOS, SILENCE = 24, 6
PATIENCE = 240  # seconds, for what takes some on a quiet machine
STAGE = f"""
from django.core.management import call_command
call_command("migrate", verbosity=0)
from colortest.stimuli import services
from tests.cast import make_test_set
test_set = make_test_set({PHOTOS})
grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
"""
HOLDS = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE client_addr = %s
AND relation = 'stimuli_colorization'::regclass AND pg_locks.mode = 'RowShareLock' AND granted
"""


@dataclass
class Laboratory:
    """Five machines and one folder that all see."""

    network: Network
    home: Path
    running: list[Child] = field(default_factory=list)

    def settings(self) -> dict[str, str]:
        database, queue = self.network.address("database"), self.network.address("queue")
        return {
            "DATABASE_URL": f"postgres://{SUPERUSER}:{PASSWORD}@{database}:5432/colortest",
            "REDIS_URL": f"redis://:{PASSWORD}@{queue}:6379/0",
            "MEDIA_ROOT": str(self.home / "files"),
            "METRICS_TOKEN": TOKEN,
            "SECRET_KEY": "the same on all machines",
            "DATABASE_SILENCE": str(SILENCE),
            "COLORIZE_BATCH": str(PHOTOS // 2),
        }

    def start(self, machine: str, program: str, *argv: str, **environ: str) -> Child:
        """One of our programs there."""
        settings = {**environment(self.home, threads=1), **self.settings(), **environ}
        words = [*self.network.on(machine), sys.executable, "-m", program, *argv]
        lines = self.home / "logs" / f"{machine}-{len(self.running)}.log"
        # Killed rather than asked: what they would tidy up goes with the folder.
        child = Child(machine, words, log=lines, env=settings, cwd=ROOT, stop_signal=signal.SIGKILL)
        self.running.append(child)
        return child

    def start_worker(self, machine: str, **environ: str) -> Child:
        words = ("-A", "colortest", "worker", "--concurrency=1", "--prefetch-multiplier=1", f"--hostname={machine}@lab")
        return self.start(machine, "celery", *words, **environ)

    def serve(self, machine: str, *argv: str) -> None:
        """A server there, which runs as nobody. The change of account takes the signal back that ends it with us."""
        drop = ["setpriv", f"--reuid={ACCOUNT}", "--regid=nogroup", "--clear-groups", "--pdeathsig=INT"]
        words = [*self.network.on(machine), *drop, *argv]
        lines, environ = self.home / "logs" / f"{machine}.log", bare_environment(self.home)
        self.running.append(Child(machine, words, log=lines, env=environ, stop_signal=signal.SIGINT))

    def ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """The database, by a socket that no cable is between."""
        return postgres.query(self.home, sql, values)

    def count(self, status: str) -> int:
        return int(str(self.ask("SELECT count(*) FROM stimuli_colorization WHERE status = %s", status)[0][0]))

    def alive(self) -> int:
        """Workers, by the numbers of the page."""
        transport = httpx.HTTPTransport(uds=str(self.home / "web.sock"))
        with httpx.Client(transport=transport, base_url="http://localhost", timeout=30) as client:
            text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).raise_for_status().text
        lines = [line for line in text.splitlines() if line.startswith("colortest_workers_alive{")]
        return sum(int(float(line.rpartition(" ")[2])) for line in lines)

    def holds(self, machine: str) -> bool:
        return self.ask(HOLDS, self.network.address(machine)) != [(0,)]

    def until(self, what: str, happened: Callable[[], object]) -> None:
        """Waits; fails with the last words of every program when it takes too long, or one of them ended."""
        began = time.monotonic()
        while not happened():
            if time.monotonic() > began + PATIENCE or any(one.exit_code is not None for one in self.running):
                said = [f"{one.log.name}, exit code {one.exit_code}:\n{one.last_lines()}" for one in self.running]
                pytest.fail("\n\n".join([f"did not happen: {what}", *said]))
            time.sleep(0.1)
        log.info("%s after %.0f s", what, time.monotonic() - began)


@contextmanager
def laboratory() -> Iterator[Laboratory]:
    """Servers and site, with colorizations asked for that nobody makes yet: no worker is started."""
    folder = new_folder()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        home = folder / "var"
        for part in ("", "logs", "files"):
            make_folder(home / part)
        names = ("web", "database", "queue", "worker1", "worker2")
        lab = Laboratory(stack.enter_context(network(home / "logs", *names)), home)
        stack.callback(lambda: stop_together(list(reversed(lab.running))))
        start_servers(lab)
        stage(lab)
        start_site(lab)
        yield lab


def start_servers(lab: Laboratory) -> None:
    data, binaries = lab.home / "postgres", programs(lab.home)
    make_private(embedded.sockets(lab.home))
    postgres._initialise(lab.home, data)
    with (data / "pg_hba.conf").open("a") as access:
        access.write("host all all 10.77.0.0/24 scram-sha-256\n")
    options = [f"listen_addresses={lab.network.address('database')}", "fsync=off"]
    options += [f"unix_socket_directories={embedded.sockets(lab.home)}"]
    words = [word for option in options for word in ("-c", option)]
    lab.serve("database", str(binaries.bin / "postgres"), "-D", str(data), *words)
    where = ["--port", "6379", "--bind", lab.network.address("queue"), "--requirepass", PASSWORD, "--save", ""]
    lab.serve("queue", str(binaries.redis_server), *where)
    lab.until("the database answers", lambda: postgres.answers(lab.home))
    lab.ask(f"ALTER ROLE {SUPERUSER} PASSWORD '{PASSWORD}'")


def stage(lab: Laboratory) -> None:
    argv = [*lab.network.on("web"), sys.executable, "manage.py", "shell", "-c", STAGE]
    environ = {**os.environ, "COLORTEST_VAR": str(lab.home), **lab.settings()}
    done = subprocess.run(argv, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def start_site(lab: Laboratory) -> None:
    binds = ["--bind", f"{lab.network.address('web')}:8000", "--bind", f"unix:{lab.home}/web.sock"]
    lab.start("web", "gunicorn", "colortest.wsgi", "--no-control-socket", *binds)
    lab.start("web", "celery", "-A", "colortest.clock", "beat", "--pidfile=", f"--schedule={lab.home}/beat")
