"""The demo: a study of real photographs whose fakes the worker really makes. Loading it twice changes nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction
from tqdm import tqdm

from colortest import jobs
from colortest.demo.accounts import ensure_accounts, read_passwords
from colortest.demo.photos import write_crops
from colortest.experiment import schedule
from colortest.experiment.models import Study
from colortest.experiment.services import create_study, open_study
from colortest.experiment.simulation import simulate
from colortest.refusal import Refused
from colortest.stimuli import services as stimuli
from colortest.stimuli.datasets import dataset_folder
from colortest.stimuli.models import Algorithm, Colorization

SLUG, TITLE = "demo", "Demo"
SIMULATED, FOOL_RATE = 12, 0.4
DATASET_PHOTOS = 120
PATIENCE = 300.0  # seconds without a single new colorization


class DemoError(RuntimeError):
    """The demo cannot be loaded; the message says why."""


def load(photos: Path | None = None, dataset: str = "") -> Study:
    """Accounts, algorithms, photos, colorizations and an open study, as far as they are not there yet.

    Args:
        photos: a folder or zip to use instead of the bundled photographs, in a study of its own.
        dataset: a torchvision dataset to use instead, by name, in a study of its own.

    Raises:
        DemoError: photos cannot be had, or no worker makes the colorizations.
    """
    ensure_accounts(settings.VAR)
    origin = photos.resolve().stem if photos else dataset
    title = f"{TITLE}: {origin}" if origin else TITLE
    study = Study.objects.filter(title=title).first()
    if study is None:
        try:
            with _folder(photos, dataset) as folder:
                study = _make_study(title, folder, licence="" if origin else "see the about page")
        except Refused as error:
            raise DemoError(str(error)) from error
    if study.status == Study.Status.DRAFT:
        _wait_for_colorizations(study)
        study = open_study(study=study)
        jobs.compute_fool_rates(study.pk)
    return study


def simulate_once(study: Study, url: str) -> None:
    """Let simulated participants play a study that is open, unless some have."""
    if study.status != Study.Status.OPEN or study.participants.filter(simulated=True).exists():
        return
    runs = simulate(study, participants=SIMULATED, fool_rate=FOOL_RATE, url=url)
    for _ in tqdm(runs, total=SIMULATED, desc="Simulated participants", unit="run", leave=False):
        pass


def is_loaded() -> bool:
    """Whether `load` and `simulate_once` have nothing left to do: the next start need not run them."""
    study = Study.objects.filter(title=TITLE).exclude(status=Study.Status.DRAFT).first()
    return study is not None and (
        study.status != Study.Status.OPEN or study.participants.filter(simulated=True).exists()
    )


def welcome(url: str) -> str:
    """The three addresses, with the accounts that open them."""
    passwords = read_passwords(settings.VAR)
    known = {name: f"{name} / {passwords[name]}" if name in passwords else "your account" for name in passwords}
    return (
        f"\n  take part   {url}/s/{SLUG}/\n"
        f"  results     {url}/studies/{SLUG}/results/   log in as {known.get('researcher', 'a researcher')}\n"
        f"  admin       {url}/test-sets/   log in as {known.get('admin', 'an admin')}\n\n"
        "  Ctrl-C stops everything; the data stays.\n"
    )


@transaction.atomic
def _make_study(title: str, folder: Path, licence: str) -> Study:
    try:
        algorithms = stimuli.register_shipped()
        test_set = stimuli.create_test_set(name=title, licence=licence)
        stimuli.import_photos(test_set=test_set, path=folder)
        if not test_set.photos.exists():
            problem = test_set.imported_files.left_out().first()
            raise DemoError(f"There are no usable photos in {folder}: {problem.told if problem else 'it is empty'}")
        stimuli.accept_test_set(test_set=test_set)
        under_test = [algorithm for algorithm in algorithms if algorithm.kind == Algorithm.Kind.MODEL]
        splits = list(test_set.photos.split_counts())
        study = create_study(title=title, test_set=test_set, splits=splits, algorithms=under_test, preset="thesis-2020")
        schedule.require(study.counts, test_set.photos.split_counts(), len(under_test))
        return study
    except ValueError as error:
        raise DemoError(str(error)) from error


@contextmanager
def _folder(photos: Path | None, dataset: str) -> Iterator[Path]:
    if photos:
        yield photos
    elif dataset:
        with dataset_folder(dataset, limit=DATASET_PHOTOS) as folder:
            yield folder
    else:
        with TemporaryDirectory() as name:
            write_crops(Path(name))
            yield Path(name)


def _wait_for_colorizations(study: Study) -> None:
    """Show progress until the worker has made them all."""
    made = Colorization.objects.filter(photo__test_set=study.test_set)
    total, last_change = made.count(), time.monotonic()
    with tqdm(total=total, desc="Colouring the demo's photos", unit="photo", leave=False) as bar:
        while pending := made.pending().count():
            if total - pending > bar.n:
                bar.update(total - pending - bar.n)
                last_change = time.monotonic()
            elif time.monotonic() - last_change > PATIENCE:
                raise DemoError("No worker makes the demo's colorizations: is one running?")
            time.sleep(0.2)
    failed = made.failed().first()
    if failed:
        raise DemoError(f"A colorization of the demo failed: {failed.error}")
