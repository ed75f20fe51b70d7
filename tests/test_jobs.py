"""The door from the site to the workers."""

import json
import os
import subprocess
import sys
from pathlib import Path

from colortest import celery
from tests.services import queue

ROOT = Path(__file__).resolve().parent.parent
RING = """
import django
django.setup()
from django.db import transaction
from colortest import jobs
with transaction.atomic():
    jobs.colorize()
    print("written")
print("committed")
"""


def test_a_dead_queue_costs_a_warning_and_nothing_else() -> None:
    """In a process of its own, with a Redis that is really not there."""
    environ = {
        **os.environ,
        "REDIS_URL": "redis+socket:///nowhere/redis.sock",
        "DJANGO_SETTINGS_MODULE": "colortest.settings",
    }
    argv = [sys.executable, "-c", RING]
    done = subprocess.run(argv, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.split() == ["written", "committed"]
    assert "could not ring for colorize" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_ring_names_a_task_that_the_worker_has() -> None:
    celery.app.loader.import_default_modules()
    for name in (
        "import_test_set",
        "import_responses",
        "import_fakes",
        "check_checkpoint",
        "colorize",
        "observe",
        "compute_fool_rates",
        "store_report",
        "erase_expired",
        "ring_again",
    ):
        assert celery.signature(name).task in celery.app.tasks
    for entry in celery.app.conf.beat_schedule.values():
        assert entry["task"] in celery.app.tasks


def test_every_time_limit_follows_from_one_number() -> None:
    conf = celery.app.conf
    assert conf.task_soft_time_limit < conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]


def test_how_long_a_task_may_take_is_said_by_the_worker_and_not_by_who_rings() -> None:
    """Here as in beat: a process that knows the tasks, and might have another TASK_SECONDS than the worker."""
    celery.app.loader.import_default_modules()
    waiting = queue()
    waiting.flushdb()
    celery.signature("colorize").apply_async()
    for entry in celery.app.conf.beat_schedule.values():
        celery.app.tasks[entry["task"]].apply_async(**entry["options"])
    messages = [json.loads(message) for message in waiting.lrange("celery", 0, -1)]
    waiting.flushdb()
    assert len(messages) == 1 + len(celery.app.conf.beat_schedule)
    assert [message["headers"]["timelimit"] for message in messages] == [[None, None]] * len(messages)
