"""A whole site in one file: everything in the embedded database, and the stored photos and colorizations.

The file is a zip of `database.dump`, in the custom format of `pg_dump`, and of `files/`.
"""

import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, mkstemp
from typing import IO, Any, cast
from zipfile import BadZipFile, ZipFile

from colortest.embedded import postgres
from colortest.embedded.addresses import DATABASE, NOT_RUNNING, SUPERUSER, running, sockets
from colortest.embedded.services import serve
from colortest.embedded.unprivileged import EmbeddedError

OTHER_SERVER = "DATABASE_URL names another server: use its own pg_dump and pg_restore, and copy MEDIA_ROOT with them."
DUMP, FILES = "database.dump", "files"
_UNREADABLE = (OSError, BadZipFile, RuntimeError, EOFError, ValueError, zlib.error)


class BackupError(EmbeddedError):
    """Nothing was written or restored; the message says why."""


def back_up(home: Path, files: Path, target: Path) -> int:
    """Write the running database and all of `files` to `target`, which appears whole or not at all.

    Returns how many files are in it. Raises BackupError.
    """
    if not running(home):
        raise BackupError(NOT_RUNNING)
    if target.exists():
        raise BackupError(f"{target} exists already: choose another name.")
    if target.resolve().is_relative_to(files.resolve()):
        raise BackupError(f"{target} would be a part of itself: choose a place outside {files}.")
    try:
        with _appearing_whole(target) as file, ZipFile(file, "w", strict_timestamps=False) as archive:
            return _fill(archive, home, files)
    except OSError as error:
        raise BackupError(f"{target} could not be written: {error}.") from error


def restore(home: Path, files: Path, source: Path) -> int:
    """Start the database of a home that holds no site yet, and fill it and `files` from the backup at `source`.

    Returns how many files there are now. Raises EmbeddedError, after which there are no more than before.
    """
    with _whole_backup(source) as archive:
        if next(_all_files(files), None):
            raise BackupError(f"{files} holds files already: move it away, or set COLORTEST_VAR to a new folder.")
        with serve(home, redis=False):
            tables = "SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            if postgres.query(home, tables):
                raise BackupError(f"{home} holds a site already: move it away, or set COLORTEST_VAR to a new folder.")
            try:
                _unpack(archive, home, files)
            except OSError as error:
                raise BackupError(f"{source} could not be restored: {error}.") from error
    return len(list(_all_files(files)))


@contextmanager
def _appearing_whole(target: Path) -> Iterator[IO[bytes]]:
    """A file for its owner only, which gets its name when the block has succeeded and all is on the disk."""
    descriptor, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.rename(target)
    finally:
        new.unlink(missing_ok=True)


def _fill(archive: ZipFile, home: Path, files: Path) -> int:
    """The files are listed before and after the dump, so that none is missed that the dump knows of."""
    found = set(_all_files(files))
    _dump(archive, home)
    found.update(_all_files(files))
    archive.mkdir(FILES)
    for file in sorted(found):
        try:
            archive.write(file, Path(FILES, file.relative_to(files)))
        except FileNotFoundError as error:
            raise BackupError("An upload was imported meanwhile: make the backup again.") from error
    return len(found)


def _all_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _dump(archive: ZipFile, home: Path) -> None:
    argv, how = _postgres_program(home, "pg_dump", "--format=custom")
    with TemporaryFile() as complaints, archive.open(DUMP, "w", force_zip64=True) as dump:
        with subprocess.Popen(argv, **how, stdout=subprocess.PIPE, stderr=complaints) as program:
            shutil.copyfileobj(cast(IO[bytes], program.stdout), dump)
        complaints.seek(0)
        _require_success(program.returncode, complaints.read())


@contextmanager
def _whole_backup(source: Path) -> Iterator[ZipFile]:
    """The opened backup, once every byte of it was found to be as it was written."""
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    try:
        with ZipFile(source) as archive:
            if not {DUMP, f"{FILES}/"} <= set(archive.namelist()):
                raise BackupError(f"{source} is not a backup that `manage.py backup` made.")
            damaged = archive.testzip()
    except _UNREADABLE as error:
        raise BackupError(f"{source} is not a backup, or not all of it: {error}.") from error
    if damaged:
        raise BackupError(f"{source} is damaged: {damaged} in it is not what was written.")
    with ZipFile(source) as archive:
        yield archive


def _unpack(archive: ZipFile, home: Path, files: Path) -> None:
    """The database last and in one transaction: when it refuses, the files are taken back."""
    files.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="restoring-", dir=files.parent) as folder:
        archive.extractall(folder)
        unpacked = Path(folder, FILES)
        unpacked.rename(files)
        try:
            _load(home, Path(folder, DUMP))
        except BaseException:
            files.rename(unpacked)
            raise


def _load(home: Path, dump: Path) -> None:
    argv, how = _postgres_program(home, "pg_restore", "--single-transaction", "--no-owner", "--no-privileges")
    with dump.open("rb") as stored:  # opened by us: the account that PostgreSQL runs as may not reach it
        done = subprocess.run(argv, **how, stdin=stored, capture_output=True)
    _require_success(done.returncode, done.stderr)


def _postgres_program(home: Path, program: str, *options: str) -> tuple[list[str], dict[str, Any]]:
    where = (f"--host={sockets(home)}", f"--username={SUPERUSER}", f"--dbname={DATABASE}", "--no-password")
    return postgres.command(home, program, *options, *where)


def _require_success(exit_code: int, complaints: bytes) -> None:
    if exit_code:
        raise BackupError(complaints.decode(errors="replace").strip())
