"""The door from the site to the workers."""

import pytest
from kombu.exceptions import OperationalError

from colortest import celery, jobs
from colortest.stimuli import services
from colortest.stimuli.models import Colorization
from tests.cast import make_test_set


@pytest.mark.django_db(transaction=True)
def test_a_broken_queue_loses_nothing_and_bothers_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def apply_async(self) -> None:
            raise OperationalError("Redis is down")

    monkeypatch.setattr(jobs, "signature", lambda name, **kwargs: Broken())
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    services.request_colorizations(photos=make_test_set(2).photos.all(), algorithm=grey)
    assert Colorization.objects.pending().count() == 2


def test_every_ring_names_a_task_that_the_worker_has() -> None:
    celery.app.loader.import_default_modules()
    for name in ("import_test_set", "colorize", "compute_fool_rates", "ring_again"):
        assert celery.signature(name).task in celery.app.tasks
    for entry in celery.app.conf.beat_schedule.values():
        assert entry["task"] in celery.app.tasks


def test_every_time_limit_follows_from_one_number() -> None:
    conf = celery.app.conf
    assert conf.task_soft_time_limit < conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
