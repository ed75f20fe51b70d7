"""The lines of a task say what it is about: its numbers, which are ids of studies, algorithms and test sets."""

from typing import Any

import structlog
from celery.signals import setup_logging
from django.conf import settings
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata

from colortest.logs.lines import configure


@receiver(bind_extra_task_metadata)
def bind_ids(task: Any, **_: Any) -> None:
    """All arguments of our tasks are numbers; anything else stays out."""
    ids = {name: value for name, value in task.request.kwargs.items() if isinstance(value, int)}
    structlog.contextvars.bind_contextvars(**ids)


@setup_logging.connect
def keep_ours(**_: Any) -> None:
    """Celery leaves logging alone where somebody listens to this signal."""
    configure(settings.LOGGING)
