"""Batches of colorizations: claimed by lock, made, stored, or failed with a reason."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image
from skimage.color import rgb2lab

from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from tests.cast import make_test_set
from tests.worker.making import make_all
from worker import methods
from worker.methods import donor

pytestmark = pytest.mark.django_db

SHIPPED = Path(settings.CHECKPOINT_DIR) / "best.safetensors"


def grey() -> Algorithm:
    return services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")


def catch() -> Algorithm:
    return services.register_method(slug="catch", name="Catch", kind="CATCH", method="random-colour")


def ask(test_set: TestSet, algorithm: Algorithm) -> None:
    services.request_colorizations(photos=test_set.photos.all(), algorithm=algorithm)


def picture(row: object) -> np.ndarray:
    with row.file.open("rb") as file:  # type: ignore[attr-defined]
        return np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB"))


def test_grey_keeps_lightness_and_has_no_colour() -> None:
    test_set = make_test_set(3)
    ask(test_set, grey())
    make_all()
    for made in Colorization.objects.ready():
        fake, photo = picture(made), picture(made.photo)
        assert chroma(fake).mean() < 2.5, "the shades that meet the lightness to a hundredth"
        assert chroma(fake.reshape(64, 4, 64, 4, 3).mean((1, 3)) / 255).mean() < 0.7, "from a little further away"
        assert np.abs(lightness(fake) - lightness(photo)).mean() < 0.5


def test_a_catch_colorization_has_the_colours_of_another_photo_and_its_own_lightness() -> None:
    test_set = make_test_set(6)
    ask(test_set, catch())
    make_all()
    assert Colorization.objects.ready().count() == 6
    for made in Colorization.objects.ready():
        fake, photo = picture(made), picture(made.photo)
        assert donor(made.photo) != made.photo
        assert donor(made.photo) == donor(made.photo)
        assert np.abs(lightness(fake) - lightness(photo)).mean() < 1.5
        assert np.abs(fake.astype(int) - photo.astype(int)).mean() > 5


def test_the_shipped_generator_colours_and_keeps_lightness() -> None:
    services.register_shipped()
    model = Algorithm.objects.get(kind="MODEL")
    test_set = make_test_set(3)
    ask(test_set, model)
    make_all()
    assert Colorization.objects.ready().count() == 3
    for made in Colorization.objects.ready():
        fake, photo = picture(made), picture(made.photo)
        assert np.ptp(fake, axis=2).mean() > 3
        assert np.abs(lightness(fake) - lightness(photo)).mean() < 1.5
        assert made.milliseconds
        assert made.byte_count == made.file.size


def lightness(pixels: np.ndarray) -> np.ndarray:
    """L*, 0 to 100, by a library that is not ours."""
    return rgb2lab(pixels)[..., 0]


def chroma(pixels: np.ndarray) -> np.ndarray:
    """C*ab, 0 for grey."""
    return np.hypot(*np.moveaxis(rgb2lab(pixels)[..., 1:], -1, 0))


def test_a_task_run_twice_does_nothing_the_second_time() -> None:
    test_set = make_test_set(3)
    ask(test_set, grey())
    make_all()
    files = set(Colorization.objects.values_list("file", flat=True))
    make_all()
    assert set(Colorization.objects.values_list("file", flat=True)) == files


def test_what_torch_refuses_fails_by_name_and_the_rest_of_the_batch_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    test_set = make_test_set(3)
    poison = test_set.photos.first()
    make_grey = methods.baselines.grey

    def out_of_memory(photos: list[np.ndarray]) -> list[np.ndarray]:
        if any(np.array_equal(photo, methods.pixels(poison)) for photo in photos):
            raise RuntimeError("out of memory")
        return make_grey(photos)

    monkeypatch.setattr(methods.baselines, "grey", out_of_memory)
    ask(test_set, grey())
    make_all()
    assert Colorization.objects.failed().get().photo == poison
    assert Colorization.objects.failed().get().error == "out of memory"
    assert Colorization.objects.ready().count() == 2


def test_colorizations_made_elsewhere_are_not_made_here() -> None:
    external = Algorithm.objects.create(slug="theirs", name="Theirs", kind="EXTERNAL")
    ask(make_test_set(2), external)
    make_all()
    assert "is not made here" in Colorization.objects.failed().first().error


def test_a_missing_photo_fails_alone_with_its_reason() -> None:
    test_set = make_test_set(3)
    lost = test_set.photos.first()
    lost.file.storage.delete(lost.file.name)
    ask(test_set, grey())
    make_all()
    failed = Colorization.objects.failed().get()
    assert failed.photo == lost
    assert "No such file" in failed.error
    assert Colorization.objects.ready().count() == 2


def test_failed_ones_can_be_tried_again() -> None:
    test_set = make_test_set(2)
    lost = test_set.photos.first()
    content = lost.file.open("rb").read()
    lost.file.storage.delete(lost.file.name)
    ask(test_set, grey())
    make_all()
    Path(lost.file.path).write_bytes(content)
    assert services.retry_failed(algorithm=grey()) == 1
    make_all()
    assert Colorization.objects.ready().count() == 2


def test_a_checkpoint_that_changed_since_it_was_registered_is_refused(tmp_path: Path) -> None:
    for suffix in (".safetensors", ".json"):
        shutil.copy(SHIPPED.with_suffix(suffix), tmp_path)
    with override_settings(CHECKPOINT_DIR=tmp_path):
        model = services.register_checkpoint(slug="mine", name="Mine", file_name="best.safetensors")
        ask(make_test_set(2), model)
        with (tmp_path / "best.safetensors").open("ab") as file:
            file.write(b"more")
        make_all()
        assert "is not the file that was registered" in Colorization.objects.failed().first().error
        (tmp_path / "best.safetensors").unlink()
        services.retry_failed(algorithm=model)
        make_all()
    assert "is missing" in Colorization.objects.failed().first().error


def test_a_checkpoint_of_another_network_fails_with_its_sentence(tmp_path: Path) -> None:
    shutil.copy(SHIPPED, tmp_path)
    summary = json.loads(SHIPPED.with_suffix(".json").read_text())
    summary["network"]["encoder"] = "resnet50"
    (tmp_path / "best.json").write_text(json.dumps(summary))
    with override_settings(CHECKPOINT_DIR=tmp_path):
        model = services.register_checkpoint(slug="mine", name="Mine", file_name="best.safetensors")
        ask(make_test_set(2), model)
        make_all()
    assert "another network" in Colorization.objects.failed().first().error
    assert not Colorization.objects.ready().exists()
