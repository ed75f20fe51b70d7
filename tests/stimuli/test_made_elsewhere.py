"""Which fake is of which photo, and what is told of the others."""

import numpy as np
import pytest
from PIL import Image

from colortest.stimuli import lightness, rendering
from colortest.stimuli.made_elsewhere import CHANGED, UNKNOWN, lightness_change, match, wrong_size
from tests.cast import fake_colorizer, photographs

PHOTOS = [(1, "test/street.jpg"), (2, "train/street.jpg"), (3, "test/sea.png"), (4, "Été.jpg"), (5, "a/b/c.tif")]


@pytest.mark.parametrize(
    ("fake", "photo"),
    [
        ("test/street.jpg", 1),
        ("out/final/TEST/Street.png", 1),
        ("train/street.webp", 2),
        ("sea.png", 3),
        ("sea.jpg.png", 3),
        ("E\u0301te\u0301.png", 4),  # the same letters, written with accents apart
        ("b/c.png", 5),
    ],
)
def test_a_fake_is_found_with_or_without_folder_and_extension(fake: str, photo: int) -> None:
    assert match([fake], PHOTOS).photo_of == {fake: photo}


def test_what_is_ambiguous_or_unknown_is_told() -> None:
    matches = match(["street.png", "lake.png", ".jpg"], PHOTOS)
    assert matches.photo_of == {}
    assert "Several photos have this name: test/street.jpg, train/street.jpg." in matches.refused["street.png"]
    assert matches.refused["lake.png"] == matches.refused[".jpg"] == UNKNOWN


def test_of_two_files_for_one_photo_the_nearer_one_is_taken_and_neither_of_two_alike() -> None:
    nearer = match(["sea.png", "test/sea.png"], PHOTOS)
    assert nearer.photo_of == {"test/sea.png": 3}
    assert "test/sea.png is nearer to the photo" in nearer.refused["sea.png"]
    alike = match(["one/sea.webp", "two/sea.webp"], PHOTOS)
    assert alike.photo_of == {}
    assert set(alike.refused) == {"one/sea.webp", "two/sea.webp"}


def test_the_extension_decides_between_two_photos_of_one_name() -> None:
    photos = [(1, "a.jpg"), (2, "a.png")]
    assert match(["a.jpg", "a.png"], photos).photo_of == {"a.jpg": 1, "a.png": 2}
    assert match(["a.webp"], photos).photo_of == {}


def test_a_fake_has_the_size_of_its_photo_or_of_what_is_shown() -> None:
    assert wrong_size(Image.new("RGB", (640, 480)), (640, 480)) == ""
    assert wrong_size(Image.new("RGB", (256, 256)), (640, 480)) == ""
    assert wrong_size(Image.new("RGB", (224, 224)), (640, 480)) == (
        "It has 224 × 224 pixels; it needs 640 × 480, as the photo, or 256 × 256."
    )


def test_a_fake_that_keeps_the_lightness_is_below_the_threshold_and_one_that_does_not_is_above() -> None:
    _, _, image = photographs(1)[0]
    photo = lightness.level(image, rendering.pixel_hash(image))
    kept = lightness.at_lightness(np.asarray(fake_colorizer(image)), lightness.lightness(np.asarray(image)))
    assert lightness_change(Image.fromarray(kept), photo) < CHANGED / 2
    brighter = image.point(lambda level: min(255, level + 20))
    assert lightness_change(brighter, photo) > 3 * CHANGED
