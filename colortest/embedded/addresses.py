"""Where the embedded services keep their data and answer. Asking starts nothing."""

import hashlib
import os
import socket
from pathlib import Path
from urllib.parse import quote

NOT_RUNNING = "The embedded database is not running: start it with `make run`, or set DATABASE_URL to another server."
DATABASE = "colortest"
SUPERUSER = "postgres"
SOCKET_PATH_LIMIT = 107  # bytes; sun_path of Linux less its closing zero


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
    return f"redis+socket://{quote(str(redis_socket(home)))}?virtual_host={number}"


def running(home: Path) -> bool:
    """Whether the database accepts connections at this moment."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(sockets(home) / ".s.PGSQL.5432")) == 0


def sockets(home: Path) -> Path:
    """The folder of both sockets: in the home, or in /tmp when the path would be too long for a socket."""
    near = home / "run"
    fits = len(os.fsencode(near / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    return near if fits else Path("/tmp") / f"colortest-{_digest(home)}"  # noqa: S108 - owner-checked when made


def redis_socket(home: Path) -> Path:
    return sockets(home) / "redis.sock"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
