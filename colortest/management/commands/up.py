"""`manage.py up`: the whole site on one machine, in one foreground process that stops everything it started."""

import argparse
import http.client
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections

from colortest import embedded
from colortest.demo.loader import is_loaded, welcome
from colortest.embedded.preparation import PortError, collect_static, keep_secret_key, require_free
from colortest.embedded.processes import start_beat, start_demo, start_web, start_worker, web_address
from colortest.embedded.supervisor import Child, stop_together
from colortest.embedded.unprivileged import EmbeddedError
from colortest.refusal import Refused
from colortest.stimuli.services import update_shipped

READY_SECONDS = 60.0
POLL_SECONDS = 0.05
WATCH_SECONDS = 0.25
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM or a closed terminal."""


class Command(BaseCommand):
    help = "Serve the site with its worker, beat, PostgreSQL and Redis until Ctrl-C."
    requires_system_checks = ()  # made by hand, once there is a secret key

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to serve on (127.0.0.1)")
        parser.add_argument("--port", default=8000, type=_port, help="port to serve on (8000)")
        parser.add_argument("--no-demo", action="store_true", help="load no demo study")

    def handle(self, *args: Any, host: str, port: int, no_demo: bool, **options: Any) -> None:
        os.umask(0o077)  # what the site stores is nobody else's to read
        try:
            require_free(host, port)
            with _raising_on_stop_signals(), ExitStack() as stack:
                try:
                    self._serve(stack, host, port, demo=not no_demo)
                finally:
                    _ignore_stop_signals()  # the stack now stops everything, once and in order
        except (PortError, EmbeddedError) as error:
            raise CommandError(str(error)) from error
        except Stopped:
            self._say("Stopped; the data is kept.")

    def _serve(self, stack: ExitStack, host: str, port: int, *, demo: bool) -> None:
        home = Path(settings.VAR).absolute()
        self._say("Starting PostgreSQL and Redis…")
        services = embedded.serve(home, postgres=settings.EMBEDDED_DATABASE, redis=settings.EMBEDDED_REDIS)
        children = stack.enter_context(services)
        self._prepare(home)
        self._say("Starting the site…")
        site: list[Child] = []
        stack.callback(stop_together, site)
        for start in (partial(start_web, host=host, port=port), start_beat, start_worker):
            site.append(start(home))
        children += site
        url = web_address(host, port)
        self._wait_until(lambda: _answers(url), children)
        if demo and not is_loaded():
            self._load_demo(stack, start_demo(home, url), children)
        connections.close_all()  # this process only looks after the others from here on
        self._say(welcome(url) if demo else f"Serving {url} until Ctrl-C.")
        while True:
            self._look_after(children)
            time.sleep(WATCH_SECONDS)

    def _prepare(self, home: Path) -> None:
        keep_secret_key(settings.SECRET_FILE)
        self.check()
        self._say("Preparing tables and static files…")
        try:
            call_command("migrate", interactive=False, verbosity=0)
            update_shipped()
        except Refused as error:
            self._say(f"The algorithms of this colortest cannot be registered: {error}")
        except OperationalError as error:
            raise CommandError(f"The database of DATABASE_URL does not answer: {error}") from error
        finally:
            connections.close_all()
        collect_static(home / "static.stamp")

    def _load_demo(self, stack: ExitStack, demo: Child, children: list[Child]) -> None:
        """In a process of its own, so that a crash of any other is noticed meanwhile."""
        stack.callback(demo.stop)
        ended = False
        while not ended:
            ended = demo.exit_code is not None  # asked first, so that its last words are read below
            self.stdout.write(demo.fresh_output(), ending="")
            self.stdout.flush()
            self._look_after(children)
            time.sleep(POLL_SECONDS)
        if demo.exit_code != 0:
            raise CommandError("The demo study could not be loaded; `manage.py up --no-demo` serves without it.")

    def _wait_until(self, ready: Callable[[], bool], children: list[Child]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            self._look_after(children)
            if time.monotonic() > deadline:
                raise CommandError(f"The site does not answer; look into {settings.VAR}/logs/web.log.")
            time.sleep(POLL_SECONDS)

    def _look_after(self, children: list[Child]) -> None:
        """Show what the logs report as errors; end everything when one process ended."""
        for child in children:
            if child.exit_code is not None:
                raise CommandError(
                    f"{child.name} ended by itself (exit code {child.exit_code}), so everything stops; "
                    f"the end of {child.log}:\n{child.last_lines()}"
                )
            if errors := child.fresh_errors():
                self.stderr.write(f"{child.name} (see {child.log}):\n{errors}")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port: choose a number from 1 to 65535")
    return int(text)


def _answers(url: str) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _raising_on_stop_signals() -> Iterator[None]:
    before = {number: signal.signal(number, _raise_stopped) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    _ignore_stop_signals()
    raise Stopped


def _ignore_stop_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
