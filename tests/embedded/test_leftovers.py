"""What a run that was killed left behind neither stops the next start nor costs any data."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from colortest import embedded
from colortest.embedded import unprivileged
from colortest.embedded.supervisor import identity
from tests.embedded.servers import has_ended, left_behind, python, query

pytestmark = pytest.mark.processes


def test_a_killed_postgres_recovers(home: Path) -> None:
    with embedded.serve(home) as (_redis, postgres):
        query(home, "CREATE TABLE kept AS SELECT 8 AS number")
        os.kill(postgres.pid, signal.SIGKILL)
    with embedded.serve(home):
        assert query(home, "SELECT number FROM kept") == [(8,)]
        query(home, "DROP TABLE kept")


def test_a_killed_owner_takes_its_servers_along_and_the_next_start_waits_for_that(home: Path) -> None:
    owner = python(
        "import time; from colortest import embedded; from pathlib import Path\n"
        f"with embedded.serve(Path({str(home)!r})) as children:\n"
        "    print(*[child.pid for child in children], flush=True)\n"
        "    time.sleep(60)",
        home,
    )
    assert owner.stdout
    servers = [psutil.Process(int(pid)) for pid in owner.stdout.readline().split()]
    assert len(servers) == 2
    owner.kill()
    owner.wait()
    with embedded.serve(home):
        assert query(home, "SELECT 1") == [(1,)]
        assert all(has_ended(server) for server in servers)


def test_a_stale_pid_file_that_names_another_program_is_no_obstacle(home: Path) -> None:
    with embedded.serve(home, durable=False):
        pass
    other = subprocess.Popen(["sleep", "60"], cwd="/", **identity(unprivileged.servant()))
    (home / "postgres/postmaster.pid").write_text(f"{other.pid}\n{home}/postgres\n1\n5432\n{home}/run\n\n")
    try:
        with embedded.serve(home, durable=False):
            assert query(home, "SELECT 1") == [(1,)]
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_server_that_was_left_behind_is_stopped_in_order_before_the_next_starts(home: Path) -> None:
    with embedded.serve(home, durable=False):
        pass
    log = left_behind(home)
    left = psutil.Process(int((home / "postgres/postmaster.pid").read_text().split()[0]))
    with embedded.serve(home, durable=False):
        assert has_ended(left)
        assert query(home, "SELECT 1") == [(1,)]
    assert "received fast shutdown request" in log.read_text()
    assert "database system is shut down" in log.read_text()


def test_a_data_folder_that_was_only_half_built_is_built_again(fresh_folder: Path) -> None:
    (fresh_folder / "postgres.new").mkdir()
    (fresh_folder / "postgres.new/PG_VERSION").write_text("18")
    with embedded.serve(fresh_folder, redis=False, durable=False):
        assert query(fresh_folder, "SELECT 1") == [(1,)]
