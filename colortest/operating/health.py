"""Whether a web process lives, and whether all that it needs is there: for load balancers, which send no account.

Each check says a fixed sentence: what an error of a server says may name hosts and accounts.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from health_check.base import HealthCheck
from health_check.checks import Database as DatabaseCheck
from health_check.checks import Storage as StorageCheck
from health_check.exceptions import HealthCheckException, ServiceUnavailable
from health_check.views import HealthCheckView

from colortest.operating.broker import broker_answers


class Database(DatabaseCheck):
    """PostgreSQL answers."""

    name = "database"
    sentence = "The database does not answer."


class Migrations(HealthCheck):
    """The tables are those that the code expects."""

    name = "migrations"
    sentence = "Migrations are missing: run “manage.py migrate”."

    def run(self) -> None:
        try:
            missing = _on_disk() - set(MigrationRecorder(connection).applied_migrations())
        except Error as error:
            raise ServiceUnavailable(self.sentence) from error
        finally:
            connection.close()  # of the thread that this check has for itself
        if missing:
            raise ServiceUnavailable(self.sentence)


class Queue(HealthCheck):
    """Redis answers."""

    name = "queue"
    sentence = "The queue (Redis) does not answer."

    def run(self) -> None:
        if not broker_answers():
            raise ServiceUnavailable(self.sentence)


class Storage(StorageCheck):
    """A file can be written, read and deleted where stimuli are kept."""

    name = "storage"
    sentence = "Files cannot be stored."

    def run(self) -> None:
        try:
            super().run()
        except HealthCheckException:
            raise
        except Exception as error:  # whatever a storage of somebody else's makes of it
            raise ServiceUnavailable(self.sentence) from error


class ReadyView(HealthCheckView):
    """200, or 503 when something is missing: {name: "ok" or what is wrong}."""

    checks = (Database, Migrations, Queue, Storage)

    async def get(self, request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
        with self.get_executor() as executor:
            results = await asyncio.gather(*(check.get_result(executor) for check in self.get_checks()))
        found = {one.check.name: one.check.sentence if one.error else "ok" for one in results}
        return JsonResponse(found, status=503 if any(one.error for one in results) else 200)


ready: Callable[..., HttpResponseBase] = ReadyView.as_view()


@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"process": "ok"})


@lru_cache(maxsize=1)
def _on_disk() -> frozenset[tuple[str, str]]:
    """Read once: the code of a process does not change."""
    return frozenset(MigrationLoader(None).disk_migrations)
