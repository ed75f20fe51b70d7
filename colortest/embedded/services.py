"""PostgreSQL and Redis from two wheels, for one machine with nothing installed.

Everything lies in one data folder, the home: `postgres/` (data), `run/` (the two sockets), `logs/`, and for
root sometimes `programs/`. Both servers listen on unix sockets only, in a folder that only their own account
may enter, so they need no password and open no port. PostgreSQL refuses to run as root, so for root both run
as `nobody`; no permission of a folder that existed before is ever changed. Importing this module, or asking
it for an address, starts nothing.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
import redis as redis_client

from colortest.embedded.supervisor import Child, identity
from colortest.embedded.unprivileged import EmbeddedError, make_folder, programs, servant

NOT_RUNNING = "The embedded database is not running: start it with `make run`, or set DATABASE_URL to another server."
DATABASE = "colortest"
SUPERUSER = "postgres"
SOCKET_PATH_LIMIT = 107  # bytes; sun_path of Linux less its closing zero
START_SECONDS = 60.0  # PostgreSQL may have a crash to recover from
POLL_SECONDS = 0.05


def home(root: Path) -> Path:
    """Where the data of the checkout at `root` lives; COLORTEST_VAR wins.

    For root it lies outside the checkout, which may be closed to the account that PostgreSQL runs as.
    """
    chosen = os.environ.get("COLORTEST_VAR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path("/var/lib/colortest") / _digest(root) if os.geteuid() == 0 else root / "var"


def database_url(home: Path, name: str = DATABASE) -> str:
    """For django-environ, which reads a path where the database's name stands as socket folder and name."""
    return f"postgres://{SUPERUSER}@/{quote(str(sockets(home)), safe='')}/{name}"


def redis_url(home: Path, number: int = 0) -> str:
    """For Celery."""
    return f"redis+socket://{quote(str(_redis_socket(home)))}?virtual_host={number}"


def running(home: Path) -> bool:
    """Whether the database accepts connections at this moment."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(sockets(home) / ".s.PGSQL.5432")) == 0


def sockets(home: Path) -> Path:
    """The folder of both sockets: in the home, or in /tmp when the path would be too long for a socket."""
    near = home / "run"
    fits = len(os.fsencode(near / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    return near if fits else Path("/tmp") / f"colortest-{_digest(home)}"  # noqa: S108 - owner-checked when made


@contextmanager
def serve(home: Path, *, postgres: bool = True, redis: bool = True, durable: bool = True) -> Iterator[list[Child]]:
    """Run the wanted services while the block runs; yields their processes once both answer.

    Holds the lock of the home, so nothing else serves from it. `durable=False` gives up safety against power
    cuts for speed, for tests. Raises EmbeddedError.
    """
    for folder in (home, home / "logs"):
        make_folder(folder)
    with ExitStack() as stack:
        stack.enter_context(_lock(home))
        if postgres or redis:
            _end_leftovers(home)
            _make_private(sockets(home))
        children: list[Child] = []
        waits: list[tuple[Child, Callable[[], bool]]] = []
        if redis:
            children.append(_start_redis(home))
            stack.callback(children[-1].stop)
            waits.append((children[-1], lambda: _redis_answers(home)))
        if postgres:
            children.append(_start_postgres(home, durable=durable))
            stack.callback(children[-1].stop)
            waits.append((children[-1], lambda: _postgres_answers(home)))
        for child, answers in waits:
            _wait_for(child, answers)
            child.fresh_output()  # its refusals while it was starting are no errors
        yield children


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _redis_socket(home: Path) -> Path:
    return sockets(home) / "redis.sock"


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """A lock that the kernel takes back when its owner dies, however it dies."""
    try:
        lock = (home / "lock").open("w")
    except PermissionError:
        raise EmbeddedError(f"{home} is another account's: set COLORTEST_VAR to a folder of yours.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(
                f"Already running from {home}: stop that one first, or set COLORTEST_VAR to another folder."
            ) from None
        yield


def _end_leftovers(home: Path) -> None:
    """Wait for what a killed run left behind: PostgreSQL ends soon after its parent, and must be gone first.

    A stale postmaster.pid whose number another program has by now would stop the next start, so it goes too.
    """
    data = home / "postgres"
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    _gone, alive = psutil.wait_procs(_processes_in(data), timeout=10)
    for process in alive:
        process.send_signal(signal.SIGQUIT)
    psutil.wait_procs(alive, timeout=10)
    pid_file.unlink(missing_ok=True)


def _processes_in(folder: Path) -> list[psutil.Process]:
    """The processes that work in this folder, as every process of PostgreSQL does in its data folder."""
    return [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(folder.resolve())]


def _make_private(folder: Path) -> None:
    """An empty folder that only the servers' account may enter; replaces a stale one, refuses another's."""
    owner = servant()
    if folder.is_symlink() or folder.exists():
        if folder.lstat().st_uid not in (os.geteuid(), owner.pw_uid if owner else os.geteuid()):
            raise EmbeddedError(f"{folder} belongs to another account: set COLORTEST_VAR to a shorter path.")
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of ours: other processes of the servers' account could read it."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "COLORTEST_VAR": str(home)}


def _start_redis(home: Path) -> Child:
    """Without persistence: a message is only a doorbell, the database knows what is to be done."""
    options = {"port": "0", "unixsocket": str(_redis_socket(home)), "unixsocketperm": "700"}
    options |= {"save": "", "appendonly": "no", "dir": str(sockets(home))}
    argv = [str(programs(home).redis_server)]
    argv += [word for name, value in options.items() for word in (f"--{name}", value)]
    return Child("redis", argv, log=home / "logs/redis.log", env=_environment(home), user=servant())


def _redis_answers(home: Path) -> bool:
    try:
        with redis_client.Redis(unix_socket_path=str(_redis_socket(home))) as client:
            return bool(client.ping())
    except redis_client.ConnectionError:
        return False


def _start_postgres(home: Path, *, durable: bool) -> Child:
    data = home / "postgres"
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
        env=_environment(home),
        user=servant(),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes everything, goes
        patience=20.0,
    )


def _initialise(home: Path, data: Path) -> None:
    """Build the data folder beside its place and move it there: a half-built one is never taken for whole."""
    building = data.with_suffix(".new")
    _make_private(building)
    argv = [str(programs(home).bin / "initdb"), "-D", str(building), "--username", SUPERUSER, "--auth=trust"]
    argv += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(argv, cwd="/", env=_environment(home), capture_output=True, text=True, **identity(servant()))
    if made.returncode != 0:
        raise EmbeddedError(f"PostgreSQL could not make its data folder:\n{made.stderr.strip()}")
    building.rename(data)


def _postgres_answers(home: Path) -> bool:
    """Whether the database itself is there; makes it on the way when the server is up and it is not."""
    try:
        connection = psycopg2.connect(host=str(sockets(home)), user=SUPERUSER, dbname="postgres", connect_timeout=5)
    except psycopg2.OperationalError:
        return False
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()
    return True


def _wait_for(child: Child, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if child.exit_code is not None or time.monotonic() > deadline:
            raise EmbeddedError(f"{child.name} did not start; the end of {child.log}:\n{child.last_lines()}")
        time.sleep(POLL_SECONDS)
