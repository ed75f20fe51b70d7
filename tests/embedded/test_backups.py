"""`manage.py backup` and `restore`: a study comes back with its pictures and responses, or nothing changes."""

import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import httpx
import psycopg2
import pytest

from colortest import embedded
from colortest.embedded import postgres
from colortest.embedded.backups import DUMP, OTHER_SERVER, BackupError, back_up, restore
from colortest.embedded.processes import ROOT
from colortest.embedded.unprivileged import EmbeddedError
from tests.running import django_environment, new_folder, serving

pytestmark = pytest.mark.processes

Rows = dict[str, list[tuple[object, ...]]]


def manage(home: Path, *words: str, before: tuple[str, ...] = (), **environ: str) -> "subprocess.CompletedProcess[str]":
    argv = [*before, sys.executable, "manage.py", *words]
    environment = {**django_environment(home), **environ}
    return subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def all_rows(home: Path) -> Rows:
    """{table: rows} of everything in a running database."""
    tables = [
        str(name) for (name,) in postgres.query(home, "SELECT tablename FROM pg_tables WHERE schemaname='public'")
    ]
    return {table: postgres.query(home, f"SELECT * FROM {table} AS row ORDER BY row::text") for table in tables}  # noqa: S608


def all_files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Backup:
    """One file, what it was made of, and what the command said."""

    file: Path
    rows: Rows
    files: dict[Path, bytes]
    said: str


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    place = new_folder()
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def backup(folder: Path) -> Backup:
    """Of a played study whose data folder is gone."""
    home, file = folder / "first" / "var", folder / "backup.zip"
    with embedded.serve(home, durable=False):
        for words in (["migrate"], ["shell", "-c", "from tests.embedded.played_study import play; play()"]):
            outcome = manage(home, *words)
            assert outcome.returncode == 0, outcome.stderr
        outcome = manage(home, "backup", str(file))
        assert outcome.returncode == 0, outcome.stderr
        made = Backup(file, all_rows(home), all_files(home / "files"), outcome.stdout)
    shutil.rmtree(home)
    return made


@pytest.fixture(scope="module")
def restored(folder: Path, backup: Backup) -> Path:
    """The data folder that is gone, again."""
    home = folder / "first" / "var"
    outcome = manage(home, "restore", str(backup.file))
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == "Restored the database and 180 files; `make run` serves them.\n"
    assert outcome.stderr == ""
    return home


@pytest.fixture
def target() -> Iterator[Path]:
    """The name for a backup in a folder that holds nothing else."""
    place = new_folder()
    yield place / "backup.zip"
    shutil.rmtree(place)


@pytest.fixture
def empty_home(target: Path) -> Path:
    """Where no site was ever."""
    return target.parent / "new" / "var"


@contextmanager
def refused(home: Path, sentence: str) -> Iterator[None]:
    """Restoring raises this sentence, and not even a folder is made for it."""
    with pytest.raises(BackupError, match=sentence):
        yield
    assert not home.exists()


class TestBackup:
    def test_it_says_what_it_wrote_and_only_its_owner_may_read_that(self, backup: Backup) -> None:
        assert backup.said == f"Wrote {backup.file}: the database and 180 files.\n"
        assert stat.S_IMODE(backup.file.stat().st_mode) == 0o600
        assert list(backup.file.parent.glob(".*")) == []

    def test_a_file_that_is_there_stays_as_it_is(self, restored: Path, target: Path) -> None:
        target.write_text("mine")
        with embedded.serve(restored, durable=False), pytest.raises(BackupError, match=f"^{target} exists already"):
            back_up(restored, restored / "files", target)
        assert target.read_text() == "mine"

    def test_without_a_running_database_it_says_how_to_start_it(self, restored: Path, target: Path) -> None:
        outcome = manage(restored, "backup", str(target))
        assert (outcome.returncode, outcome.stderr) == (1, f"CommandError: {embedded.NOT_RUNNING}\n")
        assert list(target.parent.iterdir()) == []

    def test_it_does_not_go_where_it_would_be_a_part_of_itself(self, restored: Path) -> None:
        inside = restored / "files/backup.zip"
        with embedded.serve(restored, durable=False), pytest.raises(BackupError, match="would be a part of itself"):
            back_up(restored, restored / "files", inside)
        assert not inside.exists()

    def test_a_folder_that_is_not_there_is_named(self, restored: Path, target: Path) -> None:
        nowhere = target.parent / "nowhere/backup.zip"
        with embedded.serve(restored, durable=False), pytest.raises(BackupError, match="No such file.*nowhere"):
            back_up(restored, restored / "files", nowhere)

    def test_a_disk_without_room_gets_a_sentence_and_keeps_no_half_file(self, restored: Path, target: Path) -> None:
        with embedded.serve(restored, durable=False):
            outcome = manage(restored, "backup", str(target), before=("prlimit", "--fsize=100000"))
        assert outcome.returncode == 1
        assert outcome.stderr == f"CommandError: {target} could not be written: [Errno 27] File too large.\n"
        assert list(target.parent.iterdir()) == []

    def test_a_database_that_cannot_be_read_gives_pg_dumps_reason_and_no_half_file(self, target: Path) -> None:
        home = target.parent / "var"
        with embedded.serve(home, durable=False):
            postgres.query(home, "CREATE TABLE whole AS SELECT generate_series(1, 100000) AS number")
            postgres.query(home, "CREATE TABLE broken AS SELECT 1 AS number")
            ((path,),) = postgres.query(home, "SELECT pg_relation_filepath('broken')")
            postgres.query(home, "CHECKPOINT")
            (home / "postgres" / str(path)).unlink()
            with pytest.raises(BackupError, match='pg_dump: error: .*"broken"'):
                back_up(home, home / "files", target)
        assert list(target.parent.iterdir()) == [home]

    def test_of_another_server_it_says_what_to_use_instead(self, restored: Path, target: Path) -> None:
        for command in ("backup", "restore"):
            outcome = manage(restored, command, str(target), DATABASE_URL="postgres://somebody:secret@elsewhere/site")
            assert (outcome.returncode, outcome.stderr) == (1, f"CommandError: {OTHER_SERVER}\n")


class TestRestore:
    def test_it_brings_back_every_row_and_every_picture(self, backup: Backup, restored: Path) -> None:
        assert len(backup.rows["experiment_response"]) > 50
        with embedded.serve(restored, durable=False):
            assert all_rows(restored) == backup.rows
        assert len(backup.files) == 180
        assert all_files(restored / "files") == backup.files

    def test_the_promises_of_the_database_come_back_too(self, restored: Path) -> None:
        with embedded.serve(restored, durable=False), pytest.raises(psycopg2.Error, match="Cannot update rows"):
            postgres.query(restored, "UPDATE experiment_response SET rt_ms = 1")

    def test_what_it_stores_is_closed_to_other_accounts(self, restored: Path) -> None:
        stored = [restored / "files", *(restored / "files").rglob("*")]
        assert [path for path in stored if path.stat().st_mode & 0o077] == []

    def test_a_restored_site_serves_its_study(self, restored: Path) -> None:
        with serving(restored) as site:
            assert "I have read this and agree" in httpx.get(f"{site.url}/s/sunday-study/").text

    def test_a_site_that_is_there_stays_as_it_is(self, backup: Backup, restored: Path) -> None:
        pictures = restored / "files"
        with pytest.raises(BackupError, match=f"^{pictures} holds files already: move it away"):
            restore(restored, pictures, backup.file)
        with pytest.raises(BackupError, match=f"^{restored} holds a site already: move it away"):
            restore(restored, restored / "other-files", backup.file)
        assert not (restored / "other-files").exists()
        assert all_files(pictures) == backup.files

    def test_a_running_site_is_left_alone(self, backup: Backup, empty_home: Path) -> None:
        with (
            embedded.serve(empty_home, durable=False),
            pytest.raises(EmbeddedError, match=f"^Already running from {empty_home}: stop that one first"),
        ):
            restore(empty_home, empty_home / "files", backup.file)

    def test_a_file_that_is_no_backup_is_refused(self, empty_home: Path, target: Path) -> None:
        with refused(empty_home, f"^There is no file {target}"):
            restore(empty_home, empty_home / "files", target)
        target.write_text("a letter")
        with refused(empty_home, "is not a backup, or not all of it: File is not a zip file"):
            restore(empty_home, empty_home / "files", target)
        with ZipFile(target, "w") as photos:
            photos.writestr("test/photo.jpg", "")
        with refused(empty_home, "is not a backup that `manage.py backup` made"):
            restore(empty_home, empty_home / "files", target)

    def test_a_damaged_backup_is_refused(self, backup: Backup, empty_home: Path, target: Path) -> None:
        whole = bytearray(backup.file.read_bytes())
        target.write_bytes(whole[: len(whole) // 2])
        with refused(empty_home, "is not a backup, or not all of it"):
            restore(empty_home, empty_home / "files", target)
        whole[len(whole) // 2] ^= 1
        target.write_bytes(whole)
        with refused(empty_home, "is damaged: files/stimuli/"):
            restore(empty_home, empty_home / "files", target)

    def test_a_dump_that_postgresql_refuses_leaves_nothing_and_the_next_may_come(
        self, backup: Backup, empty_home: Path, target: Path
    ) -> None:
        pictures = empty_home / "files"
        with ZipFile(target, "w") as broken, ZipFile(backup.file) as whole:
            broken.mkdir("files")
            broken.writestr("files/picture.webp", "")
            broken.writestr(DUMP, whole.read(DUMP)[:-2000])
        with pytest.raises(BackupError, match="^pg_restore: error: "):
            restore(empty_home, pictures, target)
        assert not pictures.exists()
        assert restore(empty_home, pictures, backup.file) == 180
        assert all_files(pictures) == backup.files
