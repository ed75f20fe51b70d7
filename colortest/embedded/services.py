"""PostgreSQL and Redis from two wheels, for one machine with nothing installed.

Everything lies in one data folder, the home: `postgres/` (data), `run/` (the two sockets), `logs/`, and for
root sometimes `programs/`. Both servers listen on unix sockets only, in a folder that only their own account
may enter, so they need no password and open no port. PostgreSQL refuses to run as root, so for root both run
as `nobody`; no permission of a folder that existed before is ever changed. Importing this module starts nothing.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis as redis_client

from colortest.embedded import postgres as database
from colortest.embedded.addresses import redis_socket, sockets
from colortest.embedded.supervisor import Child
from colortest.embedded.unprivileged import (
    EmbeddedError,
    bare_environment,
    make_folder,
    make_private,
    programs,
    servant,
)

START_SECONDS = 60.0  # PostgreSQL may have a crash to recover from
POLL_SECONDS = 0.05


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
            database.end_leftovers(home)
            make_private(sockets(home))
        children: list[Child] = []
        waits: list[tuple[Child, Callable[[Path], bool]]] = []
        if redis:
            children.append(_start_redis(home))
            stack.callback(children[-1].stop)
            waits.append((children[-1], _redis_answers))
        if postgres:
            children.append(database.start(home, durable=durable))
            stack.callback(children[-1].stop)
            waits.append((children[-1], database.answers))
        for child, answers in waits:
            _wait_for(child, answers, home)
            child.fresh_output()  # its refusals while it was starting are no errors
        yield children


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


def _start_redis(home: Path) -> Child:
    """Without persistence: a message is only a doorbell, the database knows what is to be done."""
    options = {"port": "0", "unixsocket": str(redis_socket(home)), "unixsocketperm": "700"}
    options |= {"save": "", "appendonly": "no", "dir": str(sockets(home))}
    argv = [str(programs(home).redis_server)]
    argv += [word for name, value in options.items() for word in (f"--{name}", value)]
    return Child("redis", argv, log=home / "logs/redis.log", env=bare_environment(home), user=servant())


def _redis_answers(home: Path) -> bool:
    try:
        with redis_client.Redis(unix_socket_path=str(redis_socket(home))) as client:
            return bool(client.ping())
    except redis_client.ConnectionError:
        return False


def _wait_for(child: Child, answers: Callable[[Path], bool], home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(home):
        if child.exit_code is not None or time.monotonic() > deadline:
            raise EmbeddedError(f"{child.name} did not start; the end of {child.log}:\n{child.last_lines()}")
        time.sleep(POLL_SECONDS)
