"""Networks are loaded before somebody waits for one."""

import re
import shutil
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from generator.checkpoint import SHIPPED
from generator.colorizer import Colorizer
from tests.cast import make_test_set
from tests.running import wait_until
from tests.worker.making import make_all
from tests.worker.workers import workers
from worker import methods
from worker.tasks import check_checkpoint
from worker.warming import Warming

SECONDS = 120


def shipped() -> Algorithm:
    services.register_shipped()
    return Algorithm.objects.get(kind="MODEL")


def loaded() -> int:
    """How many networks this process has loaded so far."""
    return methods._colorizer.cache_info().misses


def ask(test_set: TestSet, algorithm: Algorithm) -> None:
    services.request_colorizations(photos=test_set.photos.all(), algorithm=algorithm)


def a_photo_loads_nothing(algorithm: Algorithm) -> None:
    assert loaded() == 1, "before it is asked for"
    ask(make_test_set(1), algorithm)
    make_all()
    assert Colorization.objects.ready().count() == 1
    assert loaded() == 1


@pytest.fixture(autouse=True)
def nothing_loaded_before() -> None:
    methods._colorizer.cache_clear()


@pytest.mark.django_db
def test_a_photo_asked_for_after_a_look_loads_nothing() -> None:
    algorithm = shipped()
    Warming().look()
    a_photo_loads_nothing(algorithm)


@pytest.mark.django_db
def test_each_network_is_loaded_once_and_one_that_comes_later_too() -> None:
    warming = Warming()
    warming.look()
    assert loaded() == 0, "no network, nothing to load"
    shipped()
    for _ in range(2):
        warming.look()
        assert loaded() == 1


@pytest.mark.django_db
def test_whoever_checks_a_new_checkpoint_has_its_network_in_memory(tmp_path: Path) -> None:
    for name in ("best.safetensors", "best.json"):
        shutil.copy(SHIPPED.with_name(name), tmp_path)
    with override_settings(CHECKPOINT_DIR=tmp_path):
        algorithm = services.register_checked(name="Mine", file_name="best.safetensors")
        check_checkpoint(algorithm.pk)
        a_photo_loads_nothing(algorithm)


@pytest.mark.django_db
def test_a_network_for_which_memory_does_not_suffice_takes_the_place_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a device that has room for one."""
    other = Path(shutil.copy(SHIPPED, tmp_path))
    shutil.copy(SHIPPED.with_suffix(".json"), tmp_path)
    before = weakref.ref(methods._colorizer(other, services.file_sha256(other)))
    usual = Colorizer.load

    def load(*values: Any, **more: Any) -> Colorizer:
        if before():
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return usual(*values, **more)

    monkeypatch.setattr(Colorizer, "load", load)
    ask(make_test_set(1), shipped())
    make_all()
    assert Colorization.objects.ready().count() == 1
    assert before() is None


@pytest.mark.django_db
def test_retired_algorithms_are_not_loaded() -> None:
    Algorithm.objects.filter(pk=shipped().pk).update(retired=timezone.now())
    Warming().look()
    assert loaded() == 0


@pytest.mark.django_db
def test_a_checkpoint_that_is_gone_is_told_with_its_photos_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    algorithm = shipped()
    monkeypatch.setattr(settings, "CHECKPOINT_DIR", tmp_path)
    Warming().look()
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
    ask(make_test_set(1), algorithm)
    make_all()
    assert "is missing" in Colorization.objects.failed().get().error


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_has_loaded_before_the_first_photo_is_asked_for(tmp_path: Path) -> None:
    photo = make_test_set(1).photos.get()
    algorithm = shipped()
    with workers(tmp_path) as (worker,):
        warm = f"algorithm={algorithm.pk} warm after"
        wait_until(lambda: warm in worker.log.read_text(), SECONDS)
        services.colorize_now(photo=photo, algorithm=algorithm)
        wait_until(lambda: "colorized algorithm=" in worker.log.read_text(), SECONDS)
        log = worker.log.read_text()
    assert Colorization.objects.ready().count() == 1
    print("\nThe network was", *re.findall("warm after .* s", log))
    assert log.count("loaded best.safetensors") == 1
    assert log.index("loaded best.safetensors") < log.index(warm) < log.index("colorized algorithm=")
