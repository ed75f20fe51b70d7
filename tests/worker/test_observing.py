"""The machine observer at work on rows: computed once, under a lock, or failed with a reason."""

import time
from functools import partial

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from colortest.embedded.supervisor import Child
from colortest.stimuli import observer
from colortest.stimuli.models import Algorithm, Colorization, MachineFoolRate, TestSet
from colortest.stimuli.services import register_method, request_colorizations
from generator.observer import observe
from generator.observer_training import LearningOptions
from tests.cast import make_test_set
from tests.worker.making import make_all
from worker import tasks

SECONDS = 480
QUICK = LearningOptions(steps=2, check_every=1)


def observed(count: int = 30) -> tuple[Algorithm, TestSet]:
    """Grey colorizations, made by the worker's own code, and the observer asked about them."""
    grey = register_method(slug="grey", name="Grey", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.GREY)
    test_set = make_test_set(count)
    request_colorizations(photos=test_set.photos.all(), algorithm=grey)
    make_all()
    while Colorization.objects.pending().exists():  # a real worker may have been quicker, and still be at it
        time.sleep(0.05)
    observer.request_machine_fool_rates(algorithm=grey, test_set=test_set)
    return grey, test_set


@pytest.mark.django_db
def test_a_task_run_twice_computes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.observing.observe", partial(observe, how=QUICK))
    grey, test_set = observed()
    tasks.observe(algorithm_id=grey.pk, test_set_id=test_set.pk)
    rows = list(MachineFoolRate.objects.for_page())
    assert [(row.split, row.photos) for row in rows] == [("test", 15), ("train", 15)]
    assert all(row.rate is not None and row.observer["folds"] == 5 for row in rows)
    tasks.observe(algorithm_id=grey.pk, test_set_id=test_set.pk)
    assert [row.computed for row in MachineFoolRate.objects.for_page()] == [row.computed for row in rows]


@pytest.mark.django_db
def test_a_lost_photo_fails_with_its_reason() -> None:
    grey, test_set = observed(20)
    lost = test_set.photos.first()
    lost.file.storage.delete(lost.file.name)
    tasks.observe(algorithm_id=grey.pk, test_set_id=test_set.pk)
    assert not MachineFoolRate.objects.pending()
    assert all("No such file" in row.error and row.rate is None for row in MachineFoolRate.objects.all())


@pytest.mark.django_db
def test_what_takes_too_long_fails_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    grey, test_set = observed(20)

    def slow(*_: object) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(tasks, "observe_colorizations", slow)
    tasks.observe(algorithm_id=grey.pk, test_set_id=test_set.pk)
    assert all("took too long" in row.error for row in MachineFoolRate.objects.all())


@pytest.mark.django_db
def test_what_is_asked_and_was_lost_is_rung_for_again(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    grey, test_set = observed(20)
    rung: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("colortest.jobs._send", lambda name, kwargs, *_: rung.append((name, kwargs)))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        tasks.ring_again()
    assert rung == [("observe", {"algorithm_id": grey.pk, "test_set_id": test_set.pk})]


@pytest.mark.django_db(transaction=True)
def test_a_worker_answers_what_was_asked_and_grey_fools_the_observer_hardly_ever(worker: Child) -> None:
    grey, test_set = observed(20)
    deadline = time.monotonic() + SECONDS
    while MachineFoolRate.objects.pending().exists():
        assert time.monotonic() < deadline, worker.last_lines()
        time.sleep(0.2)
    rows = list(MachineFoolRate.objects.computed())
    assert sum(row.photos for row in rows) == 20
    assert all(row.rate <= 0.1 for row in rows)
    with transaction.atomic():
        assert MachineFoolRate.objects.claim(grey, test_set) == []
