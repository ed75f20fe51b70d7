"""The Celery app: what the queue promises, and the clock that rings again for what a lost message left behind."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colortest.settings")

# A message that nobody acknowledged within this many task times is given to another worker.
REDELIVER = 2
# The beat rings this often for what is left to be done.
RING_SECONDS = 20.0
# So often it has one folder of stored files swept; all of them come in a day.
SWEEP_MINUTES = 5
# A connection to Redis without an answer for so long, seconds, is broken; longer than it is asked to wait for work.
BROKER_SILENCE = 20
# An import is one transaction over all of an upload, and may take this many task times.
IMPORT = 6
# Colorizing goes on for so small a part of a task time, then lets other tasks come first. Batches that were begun are
# finished after it, for which they have the rest.
SLICES = 60
# How long a task may take is said by the worker that does it. A sender that knows the task, as beat and other workers
# do, would else write the limits of its own settings into the message, and those win.
WORKERS_LIMITS = {"time_limit": None, "soft_time_limit": None}

app = Celery("colortest")
app.steps["worker"].add(DjangoStructLogInitStep)
app.conf.update(
    broker_url=settings.REDIS_URL,
    # Redis comes back: a worker waits for it as long as that takes, rather than ending.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": REDELIVER * settings.TASK_SECONDS,
        # Ringing happens inside web requests: with a dead broker it must fail at once, the beat rings again later.
        "socket_connect_timeout": 2,
        # A worker whose cable was pulled notices, and asks anew.
        "socket_timeout": BROKER_SILENCE,
        "socket_keepalive": True,
        "health_check_interval": BROKER_SILENCE / 2,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    },
    task_publish_retry=False,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=settings.TASK_SECONDS,
    task_time_limit=settings.TASK_SECONDS + 30,
    worker_hijack_root_logger=False,
    # By name: the site never imports the worker's modules.
    imports=["worker.tasks", "worker.heartbeat", "worker.warming", "colortest.logs.tasks"],
    beat_schedule={
        "ring-again": {
            "task": "worker.tasks.ring_again",
            "schedule": RING_SECONDS,
            "options": {"expires": RING_SECONDS, **WORKERS_LIMITS},
        },
        # Each takes the folder whose turn it is by the clock; what comes too late leaves it for tomorrow.
        "sweep-files": {
            "task": "worker.tasks.sweep_files",
            "schedule": crontab(minute=f"*/{SWEEP_MINUTES}"),
            "options": {"expires": 60 * SWEEP_MINUTES, **WORKERS_LIMITS},
        },
    },
)


def signature(name: str, **kwargs: Any) -> Any:
    """A task of the worker, by name and with its arguments, ready to be sent."""
    return app.signature(f"worker.tasks.{name}", kwargs=kwargs, options=dict(WORKERS_LIMITS))
