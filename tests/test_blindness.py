"""Nothing but colour tells a photo from its colorization: an adversary who sees all the rest guesses at chance, and
finds every leak that is put in on purpose.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image, ImageOps

from colortest.experiment import services
from colortest.experiment.models import Study, Trial
from colortest.stimuli import lightness, rendering
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet
from colortest.stimuli.services import create_test_set, register_method
from generator.colorizer import Colorizer
from tests.adversary import CLASSIFIERS, Seen, guessed, play
from tests.cast import fake_colorizer, photographs

pytestmark = [pytest.mark.django_db, pytest.mark.long]

CROPS = 100  # with their mirror images 200 photos: in those neither rounding nor chance is the same
RUNS = 4  # of 50 trials each, so that each photo is shown once
LEAKY = 25  # trials of each of two runs are enough to find what is put in on purpose
BATCH = 10

Fakes = Callable[[], Sequence[Image.Image]]


@cache
def photos() -> list[tuple[str, str, Image.Image]]:
    """(split, name, photo)"""
    mirrored = [(split, f"mirrored-{name}", ImageOps.mirror(photo)) for split, name, photo in photographs(CROPS)]
    return [*photographs(CROPS), *mirrored]


@cache
def by_the_shipped_generator() -> list[Image.Image]:
    """What the checkpoint that comes with the site makes of them; the mirror image is that of the result."""
    colorizer = Colorizer.load(Path(settings.CHECKPOINT_DIR) / "best.safetensors")
    pixels = [np.asarray(photo) for _split, _name, photo in photographs(CROPS)]
    batches = (pixels[start : start + BATCH] for start in range(0, CROPS, BATCH))
    made = [Image.fromarray(fake) for batch in batches for fake in colorizer.colorize(batch)]
    return [*made, *map(ImageOps.mirror, made)]


@cache
def of_another_lightness() -> list[Image.Image]:
    """Results of a method that does not care about lightness."""
    return [fake_colorizer(photo) for _split, _name, photo in photos()]


@cache
def of_one_vivid_colour_each() -> list[Image.Image]:
    """As far as an algorithm can go: nothing but light and dark of a colour of which few codes have any lightness."""
    hues = ["#ff0d00", "#1a1aff", "#00ff1a", "#ffff00", "#ff00ff", "#00ffff"]
    return [
        ImageOps.colorize(photo.convert("L"), "black", hues[number % len(hues)])
        for number, (_split, _name, photo) in enumerate(photos())
    ]


@cache
def of_no_colour() -> list[Image.Image]:
    """Each lightness has one colour only, and all of its pixels the same few codes about it."""
    return [photo.convert("L").convert("RGB") for _split, _name, photo in photos()]


@cache
def as_stored(fakes: Fakes, look: int = 0) -> list[tuple[bytes, bytes]]:
    """Files of photos and colorizations, as the import and a worker make them; by another chance at each look."""
    files = []
    for (_split, _name, image), fake in zip(photos(), fakes(), strict=True):
        digest = hashlib.sha256(f"{rendering.pixel_hash(image)} {look}".encode()).hexdigest()
        photo = lightness.level(image, digest)
        files.append((rendering.encode(photo), rendering.encode(lightness.level_with(fake, photo, digest))))
    return files


def as_they_come(fakes: Fakes) -> list[tuple[bytes, bytes]]:
    """The same without setting lightness."""
    pairs = zip(photos(), fakes(), strict=True)
    return [(rendering.encode(image), rendering.encode(fake)) for (_split, _name, image), fake in pairs]


def stage(files: Sequence[tuple[bytes, bytes]], trials: int = 50, look: int = 0) -> Study:
    """An open study of these photos and colorizations."""
    test_set = create_test_set(name=f"Photographs {look}")
    algorithm = register_method(slug=f"fakes-{look}", name="Fakes", kind=Algorithm.Kind.BASELINE, method="grey")
    for (split, name, image), (photo, fake) in zip(photos(), files, strict=True):
        row = Photo.objects.create(
            test_set=test_set,
            split=split,
            name=name,
            sha256=rendering.pixel_hash(image),
            width=256,
            height=256,
            byte_count=len(photo),
            file=ContentFile(photo, "photo.webp"),
        )
        Colorization.objects.create(
            photo=row,
            algorithm=algorithm,
            status=Colorization.Status.READY,
            file=ContentFile(fake, "fake.webp"),
            byte_count=len(fake),
        )
    TestSet.objects.update(status=TestSet.Status.READY)
    test_set.refresh_from_db()
    study = services.create_study(
        title=f"Study {look}", test_set=test_set, splits=["test", "train"], algorithms=[algorithm], preset="thesis-2020"
    )
    numbers = {"practice_trials": 0, "test_trials": trials, "catch_share": 0.0, "reserve_share": 0.0, "quota": 0}
    Study.objects.filter(pk=study.pk).update(seed=7, colour_vision="SKIP", **numbers)
    return services.open_study(study=Study.objects.get(pk=study.pk))


def trials_of(study: Study, client: Client, runs: int) -> list[Seen]:
    """All that the adversary sees in so many whole runs."""
    seen: list[Seen] = []
    for _ in range(runs):
        person = services.admit_participant(study=study)
        services.begin(participant=person)
        seen += play(client, f"/take/{person.code}/")
    return seen


def interval(seen: list[Seen], classifier: str) -> tuple[float, float]:
    """Of who learns from other crops than those that they guess at."""
    rows = {row.token: row for row in Trial.objects.select_related("colorization__photo")}
    answers = [rows[trial.token].real_side == Trial.Side.LEFT for trial in seen]
    crops = [rows[trial.token].colorization.photo.name.removeprefix("mirrored-") for trial in seen]
    return guessed(seen, answers, crops, classifier)


def at_chance(interval: tuple[float, float]) -> bool:
    return interval[0] <= 0.5 <= interval[1]


def found_out(study: Study, client: Client, classifier: str) -> bool:
    return interval(trials_of(study, client, runs=2), classifier)[0] > 0.6


@pytest.mark.parametrize(
    "fakes", [by_the_shipped_generator, of_another_lightness, of_one_vivid_colour_each, of_no_colour]
)
def test_who_sees_everything_but_the_colours_guesses_at_chance(client: Client, fakes: Fakes) -> None:
    """One interval in twenty misses 50 % where there is nothing to find: who finds something has to find it again."""
    found = dict.fromkeys(CLASSIFIERS, (0.0, 0.0))
    for look in range(2):
        seen = trials_of(stage(as_stored(fakes, look), look=look), client, RUNS)
        assert len(seen) == len({trial.token for trial in seen}) == 200
        told = {name: interval(seen, name) for name in found}
        found = {name: share for name, share in told.items() if not at_chance(share)}
        if not found:
            break
    assert found == {}


def unpadded(image: Image.Image) -> bytes:
    return rendering.encode(image)


def padded(image: Image.Image) -> bytes:
    """As long as any other, but the picture in it ends where it ends."""
    return rendering.encode(image).ljust(200_000, b"\0")


@pytest.mark.parametrize("sent_as", [unpadded, padded])
def test_a_compressed_picture_would_be_found_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, sent_as: Callable[[Image.Image], bytes]
) -> None:
    study = stage(as_stored(by_the_shipped_generator), LEAKY)
    monkeypatch.setattr(rendering, "plain", sent_as)
    assert found_out(study, client, "logistic")


def test_the_lightness_of_rounded_colours_would_be_found_out(client: Client) -> None:
    study = stage(as_they_come(by_the_shipped_generator), LEAKY)
    assert found_out(study, client, "forest")


def test_a_picture_that_takes_longer_would_be_found_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    study = stage(as_stored(by_the_shipped_generator), LEAKY)
    fakes = {image.tobytes() for image in map(rendering.stored, stored_fakes())}
    plain = rendering.plain

    def slowly(image: Image.Image) -> bytes:
        time.sleep(0.05 if image.tobytes() in fakes else 0.0)  # more than a busy machine adds by itself
        return plain(image)

    monkeypatch.setattr(rendering, "plain", slowly)
    assert found_out(study, client, "forest")


def stored_fakes() -> list[bytes]:
    return [row.file.read() for row in Colorization.objects.all()]
