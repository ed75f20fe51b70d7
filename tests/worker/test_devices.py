"""A device that fails: too little memory is met photo by photo, a lost device ends its process and blames no photo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from torch import Tensor, nn

from colortest import embedded
from colortest.embedded.processes import ROOT
from colortest.stimuli import observer, services
from colortest.stimuli.models import Algorithm, Colorization, MachineFoolRate, Photo, TestSet
from colortest.stimuli.models.colorizations import WAIT
from colortest.stimuli.observer import FEWEST
from generator.colorizer import Colorizer, to_tensor
from generator.lab import rgb_to_lightness
from generator.memory import DeviceLost
from tests.cast import make_test_set
from tests.generator.photos import TINY, colourful_network
from tests.running import wait_until
from tests.services import HOME, queue
from tests.worker.making import make_all
from tests.worker.workers import PATIENCE, workers
from worker import methods
from worker.choosing import next_batch
from worker.colorizing import colorize_batch
from worker.lanes import colorize_pending

# torch adds to the first line how to learn more; it speaks of device-side assertions whatever the error was.
HINT = "\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions."
LOST = [
    torch.AcceleratorError(f"CUDA error: an illegal memory access was encountered{HINT}"),
    torch.AcceleratorError(f"CUDA error: device-side assert triggered{HINT}"),
    RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
]
TOO_LITTLE = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    torch.AcceleratorError(f"CUDA error: out of memory{HINT}"),
]
LOSING = """
import django; django.setup()
import torch
from colortest.stimuli.models import Photo
from tests.worker.test_devices import LOST, failing
from worker import methods
from worker.lanes import colorize_pending

methods._colorizer = lambda *_: failing(Photo.objects.order_by("pk")[2], LOST[0])
colorize_pending(seconds=60)
"""


class Failing(nn.Module):
    """Raises an error where the photo of this lightness is in its batch; colours the others."""

    def __init__(self, lightness: float, error: Exception) -> None:
        super().__init__()
        self.network, self.options = colourful_network(), TINY
        self.lightness, self.error = lightness, error

    def forward(self, lightness: Tensor) -> Tensor:
        if ((lightness.mean(dim=(1, 2, 3)) - self.lightness).abs() < 1e-3).any():
            raise self.error
        ab: Tensor = self.network(lightness)
        return ab


def failing(poison: Photo, error: Exception) -> Colorizer:
    lightness = rgb_to_lightness(to_tensor([methods.pixels(poison)]))
    return Colorizer(Failing(float(lightness.mean()), error), batch=settings.COLORIZE_BATCH)


def asked(photos: int) -> Photo:
    """The photo that is to fail, of so many that the shipped network was asked for."""
    services.register_shipped()
    test_set = make_test_set(photos)
    services.request_colorizations(photos=test_set.photos.all(), algorithm=Algorithm.objects.get(kind="MODEL"))
    return test_set.photos.order_by("pk")[2]


def made_by_others() -> None:
    """By a process whose device is well, once nobody can be at it any more."""
    Colorization.objects.exclude(tried=None).update(tried=Now() - 2 * WAIT)
    while colorize_batch(services.claim_suspect):
        pass


@pytest.mark.django_db
@pytest.mark.parametrize("error", TOO_LITTLE, ids=lambda error: type(error).__name__)
def test_a_photo_for_which_memory_does_not_suffice_fails_alone(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    poison = asked(5)
    colorizer = failing(poison, error)
    monkeypatch.setattr(methods, "_colorizer", lambda *_: colorizer)
    make_all()
    failed = Colorization.objects.failed().get()
    assert failed.photo == poison
    assert "does not suffice to colorize one photo" in failed.error
    assert Colorization.objects.ready().count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("error", LOST, ids=["access", "assert", "cuDNN"])
def test_a_lost_device_blames_no_photo(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    colorizer = failing(asked(5), error)
    with monkeypatch.context() as patched:
        patched.setattr(methods, "_colorizer", lambda *_: colorizer)
        with pytest.raises(DeviceLost, match=str(error).splitlines()[0]):
            colorize_batch(next_batch)
    assert Colorization.objects.pending().filter(tries=1).count() == 5
    made_by_others()
    assert Colorization.objects.ready().count() == 5


@pytest.mark.django_db
def test_a_device_that_is_lost_while_a_network_is_loaded_blames_no_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(3)

    def load(*_: object) -> None:
        raise LOST[0]

    monkeypatch.setattr(methods, "_colorizer", load)
    with pytest.raises(DeviceLost):
        colorize_batch(next_batch)
    assert Colorization.objects.pending().filter(tries=1).count() == 3


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_process_ends_with_its_device_and_another_makes_the_rest() -> None:
    asked(5)
    name = str(connection.settings_dict["NAME"])
    environ = {
        "DATABASE_URL": embedded.database_url(HOME, name),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "COLORIZE_BATCH": "5",
        "TASK_SECONDS": "60",
        "DJANGO_SETTINGS_MODULE": "colortest.settings",
    }
    argv = [sys.executable, "-c", LOSING]
    done = subprocess.run(argv, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    ids = sorted(Colorization.objects.values_list("pk", flat=True))
    assert "the device is lost (CUDA error: an illegal memory access was encountered" in done.stderr
    assert f"colorizations {ids}; this process ends" in done.stderr
    assert not Colorization.objects.failed().exists()
    Colorization.objects.update(tried=Now() - 2 * WAIT)
    colorize_pending(seconds=120)
    assert Colorization.objects.ready().filter(tries=2).count() == 5


# Python runs this first in a process that finds it on its path: who has read a picture and computes loses the device.
LOSES_ALL = """
import PIL.Image

usual = PIL.Image.open

def opened(*values, **more):
    import torch
    torch.nn.Conv2d.forward = lost
    return usual(*values, **more)

def lost(*_):
    import torch
    raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

PIL.Image.open = opened
"""


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_machine_observer_that_loses_every_device_fails_after_the_second_with_the_reason(tmp_path: Path) -> None:
    asked(FEWEST)
    make_all()
    model, test_set = Algorithm.objects.get(kind="MODEL"), TestSet.objects.get()
    queue().flushdb()  # other tests ring too, and nobody answers
    (tmp_path / "sitecustomize.py").write_text(LOSES_ALL)
    with workers(tmp_path, PYTHONPATH=str(tmp_path)) as (worker,):
        observer.request_machine_fool_rates(algorithm=model, test_set=test_set)
        wait_until(lambda: not MachineFoolRate.objects.pending().exists(), PATIENCE)
        assert worker.exit_code is None
        log = worker.log.read_text()
    assert log.count("the device is lost (CUDA error: an illegal memory access") == 2
    assert all("The device was lost twice" in row.error for row in MachineFoolRate.objects.all())
