"""PostgreSQL and Redis die and come back: nobody else has to be started again, and everything asked for gets made."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from colortest import embedded
from colortest.embedded import postgres, services
from colortest.embedded.processes import start_beat, start_web, start_worker, web_address
from colortest.embedded.supervisor import Child, stop_together
from tests.embedded.test_backups import manage
from tests.running import free_port, new_folder, wait_until

pytestmark = pytest.mark.processes
PHOTOS = 12
STAGE = f"""
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from colortest.stimuli import services
from tests.cast import make_test_set
test_set = make_test_set({PHOTOS})
grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
"""
ASK_AGAIN = "UPDATE stimuli_colorization SET status = 'PENDING', file = '', file_sha256 = ''"


@dataclass
class Machine:
    """A whole site on one machine, of which single programs may die."""

    home: Path
    url: str
    site: list[Child]
    servers: dict[str, Child] = field(default_factory=dict)

    def kill(self, name: str) -> None:
        psutil.Process(self.servers[name].pid).kill()
        wait_until(lambda: self.servers[name].exit_code is not None)

    def start(self, name: str) -> None:
        if name == "redis":
            self.servers[name] = services._start_redis(self.home)
        else:
            self.servers[name] = postgres.start(self.home, durable=True)
            wait_until(lambda: postgres.answers(self.home))

    def made(self) -> int:
        (count,) = postgres.query(self.home, "SELECT count(*) FROM stimuli_colorization WHERE status = 'READY'")[0]
        return int(str(count))

    def wait_until_all_is_made(self) -> None:
        deadline = time.monotonic() + 240
        while self.made() < PHOTOS:
            assert time.monotonic() < deadline, [child.last_lines(30) for child in self.site]
            time.sleep(0.2)
        assert [child.name for child in self.site if child.exit_code is not None] == []


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    folder = new_folder()
    home = folder / "var"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        redis, database = stack.enter_context(embedded.serve(home))
        staged = manage(home, "shell", "-c", STAGE)
        assert staged.returncode == 0, staged.stderr
        port = free_port()
        found = Machine(home, web_address("127.0.0.1", port), [], {"redis": redis, "postgres": database})
        stack.callback(lambda: stop_together([*found.site, *found.servers.values()]))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in ("DATABASE_URL", "REDIS_URL", "MEDIA_ROOT"):  # of this test run, and not of that site
            patch.delenv(name)
        found.site += [start_web(home, "127.0.0.1", port), start_worker(home), start_beat(home)]
        found.wait_until_all_is_made()
        yield found


def test_postgresql_dies_and_recovers_and_everything_is_made_by_the_same_worker(machine: Machine) -> None:
    postgres.query(machine.home, ASK_AGAIN)
    machine.kill("postgres")
    assert httpx.get(f"{machine.url}/health/ready", timeout=120).status_code == 503
    assert httpx.get(f"{machine.url}/health/live", timeout=120).status_code == 200
    machine.start("postgres")
    machine.wait_until_all_is_made()
    assert httpx.get(f"{machine.url}/", timeout=120).status_code == 200


def test_redis_dies_with_all_messages_and_everything_is_made_by_the_same_worker(machine: Machine) -> None:
    machine.kill("redis")
    postgres.query(machine.home, ASK_AGAIN)
    answer = httpx.get(f"{machine.url}/health/ready", timeout=120)
    assert (answer.status_code, answer.json()["queue"]) == (503, "The queue (Redis) does not answer.")
    assert httpx.get(f"{machine.url}/", timeout=120).status_code == 200
    machine.start("redis")
    machine.wait_until_all_is_made()
    assert httpx.get(f"{machine.url}/health/ready", timeout=120).status_code == 200
