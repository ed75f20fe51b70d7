"""PostgreSQL by the wheel's own programs, each run as the account that the server runs as.

The server itself is started as `postgres` and not by `pg_ctl`, which would leave it to itself: it must end with the
process that started it.
"""

import signal
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from colortest.embedded.addresses import DATABASE, SUPERUSER, sockets
from colortest.embedded.supervisor import Child, identity
from colortest.embedded.unprivileged import EmbeddedError, bare_environment, make_private, programs, servant

STOP_SECONDS = 10


def command(home: Path, program: str, *arguments: str) -> tuple[list[str], dict[str, Any]]:
    """What `subprocess` needs for one of PostgreSQL's programs: the words, and how to run them."""
    how = {"cwd": "/", "env": bare_environment(home), **identity(servant())}
    return [str(programs(home).bin / program), *arguments], how


def start(home: Path, *, durable: bool) -> Child:
    """The server on the data of this home, which is made when it is not there yet. Raises EmbeddedError."""
    data = _data(home)
    if not data.exists():
        _initialise(home, data)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{sockets(home)}"',
        "unix_socket_permissions": "0700",
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    argv = [str(programs(home).bin / "postgres"), "-D", str(data)]
    argv += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return Child(
        "postgres",
        argv,
        log=home / "logs/postgres.log",
        env=bare_environment(home),
        user=servant(),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes everything, goes
        patience=20.0,
    )


def answers(home: Path) -> bool:
    """Whether the database itself is there; makes it on the way when the server is up and it is not."""
    try:
        found = query(home, "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE], database="postgres")
        if not found:
            query(home, f"CREATE DATABASE {DATABASE}", database="postgres")
    except psycopg2.OperationalError:
        return False
    return True


def query(home: Path, sql: str, values: Sequence[object] = (), *, database: str = DATABASE) -> list[tuple[object, ...]]:
    """The rows that one statement returns, run outside any transaction. Raises psycopg2's errors."""
    where = {"host": str(sockets(home)), "user": SUPERUSER, "dbname": database}
    with closing(psycopg2.connect(**where, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []


def end_leftovers(home: Path) -> None:
    """End what a killed run left behind, before anything is started on its data.

    `pg_ctl` would signal whatever program has the number in postmaster.pid by now, so it is asked only while that
    is PostgreSQL. A stale file would stop the next start, so it goes.
    """
    data = _data(home)
    pid_file = data / "postmaster.pid"
    for mode in ("fast", "immediate"):
        if _number(pid_file) in {process.pid for process in _processes_in(data)}:
            _stop(home, data, mode)
    _gone, alive = psutil.wait_procs(_processes_in(data), timeout=STOP_SECONDS)  # children outlive their server a bit
    if not alive:
        pid_file.unlink(missing_ok=True)


def _data(home: Path) -> Path:
    return home / "postgres"


def _number(pid_file: Path) -> int | None:
    """Of the process that wrote it; None when the file is not there, or not whole."""
    try:
        first = pid_file.read_text().partition("\n")[0]
    except FileNotFoundError:  # removed this moment by a server that ends
        return None
    return int(first) if first.isdecimal() else None


def _processes_in(folder: Path) -> list[psutil.Process]:
    """The processes that work in this folder, as every process of PostgreSQL does in its data folder."""
    return [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(folder.resolve())]


def _stop(home: Path, data: Path, mode: str) -> None:
    options = ["-D", str(data), "--mode", mode, "--wait", "--timeout", str(STOP_SECONDS)]
    argv, how = command(home, "pg_ctl", "stop", *options)
    subprocess.run(argv, **how, capture_output=True)  # that it had ended by itself is no failure


def _initialise(home: Path, data: Path) -> None:
    """Build the data folder beside its place and move it there: a half-built one is never taken for whole."""
    building = data.with_suffix(".new")
    make_private(building)
    options = ["-D", str(building), "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C"]
    argv, how = command(home, "initdb", *options, "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    made = subprocess.run(argv, **how, capture_output=True, text=True)
    if made.returncode != 0:
        raise EmbeddedError(f"PostgreSQL could not make its data folder:\n{made.stderr.strip()}")
    building.rename(data)
