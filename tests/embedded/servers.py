"""Servers as tests meet them: asked, killed with their owner, or left behind."""

import subprocess
import sys
from pathlib import Path

import environ
import psutil
import psycopg2

from colortest import embedded
from colortest.embedded import postgres
from colortest.embedded.processes import ROOT
from tests.running import django_environment


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


def has_ended(process: psutil.Process) -> bool:
    """Whether it runs no more; its parent may not have noticed yet."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def left_behind(home: Path) -> Path:
    """A server that no process looks after any more, on data that was served before. Returns its log."""
    options = f"-c listen_addresses='' -c unix_socket_directories='{embedded.sockets(home)}'"
    log = home / "postgres/left-behind.log"
    words = ["start", "--wait", "--pgdata", str(home / "postgres"), "--log", str(log), "--options", options]
    argv, how = postgres.command(home, "pg_ctl", *words)
    subprocess.run(argv, **how, check=True, stdout=subprocess.DEVNULL)
    return log
