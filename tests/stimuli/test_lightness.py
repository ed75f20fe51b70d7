"""A photo and its colorizations have one lightness, and neither is the one that has it exactly."""

from hashlib import sha256
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from colortest.stimuli import rendering
from colortest.stimuli.lightness import at_lightness, level, level_with, levels, lightness
from tests.cast import fake_colorizer, photographs

SEED = sha256(b"a photo").digest()


def pixels_of(seed: int) -> np.ndarray:
    """Small pictures of every kind: noise, one colour, dark, light, grey."""
    random = np.random.default_rng(seed)
    low, high = sorted(random.integers(0, 257, 2))
    picture = random.integers(low, max(high, low + 1), (16, 16, 3)).clip(0, 255).astype(np.uint8)
    return np.repeat(picture[..., :1], 3, axis=2) if seed % 5 == 0 else picture


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Image.Image, Image.Image, str]]:
    """(photo, colorization, hash) of real photographs; the colours of these fakes have another lightness."""
    return [(photo, fake_colorizer(photo), rendering.pixel_hash(photo)) for _split, _name, photo in photographs(6)]


def test_our_lightness_is_that_of_an_independent_library() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    assert np.abs(lightness(pixels) - rgb2lab(pixels)[..., 0]).max() < 0.01


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_an_image_at_its_levels_has_the_same_levels_again(seed: int) -> None:
    pixels = pixels_of(seed)
    wanted = levels(pixels, SEED)
    assert np.abs(wanted - lightness(pixels)).max() <= 1
    assert 0 <= wanted.min() <= wanted.max() <= 100
    assert np.array_equal(levels(at_lightness(pixels, wanted), SEED), wanted)


def test_a_photo_hardly_changes_when_it_is_set_to_its_levels(pairs: list[tuple[Image.Image, Image.Image, str]]) -> None:
    for photo, _, digest in pairs:
        before, after = (np.asarray(image).astype(int) for image in (photo, level(photo, digest)))
        assert 10 * np.log10(255**2 / ((after - before) ** 2).mean()) > 39.5, "decibels"
        assert np.quantile(np.abs(after - before)[..., :2], 0.999) <= 12, "only what is nearly black moves further"
        assert np.quantile(np.abs(after - before)[..., 2], 0.999) <= 24, "blue, which counts least, takes the rest"
        seen = [rgb2lab(image.reshape(64, 4, 64, 4, 3).mean((1, 3)) / 255) for image in (before, after)]
        assert deltaE_ciede2000(*seen).mean() < 0.6, "from a little further away: 1 could be seen side by side"


def without_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colortest.stimuli.lightness._miss", lambda wanted, _random: np.zeros_like(wanted))


HUES = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1), (1, 0.05, 0.02), (0.3, 1, 0.02)]


@pytest.mark.parametrize("hue", HUES)
def test_any_colour_meets_a_lightness_to_hundredths(monkeypatch: pytest.MonkeyPatch, hue: tuple[float, ...]) -> None:
    """However vivid: few codes lie about it, and the adversary of `test_blindness` finds what is missed by more."""
    without_misses(monkeypatch)
    ramp = np.repeat(np.linspace(30, 255, 128).astype(np.uint8)[None], 128, axis=0)
    pixels = (ramp[..., None] * np.array(hue)).round().astype(np.uint8)
    wanted = levels(pixels, SEED)
    missed = np.abs(lightness(at_lightness(pixels, wanted)) - wanted)
    assert np.quantile(missed, 0.95) < 0.02
    assert missed.max() < 0.06


def test_neighbours_of_one_colour_get_different_shades(monkeypatch: pytest.MonkeyPatch) -> None:
    """One colour all over, at one lightness: else a smooth colorization has fewer shades than a photo."""
    without_misses(monkeypatch)
    pixels = np.full((64, 64, 3), (90, 120, 60), np.uint8)
    shades = at_lightness(pixels, lightness(pixels) + 0.1)
    assert len(np.unique(shades.reshape(-1, 3), axis=0)) > 1


def test_whether_photo_or_colorization_misses_their_levels_by_more_is_chance() -> None:
    more = {"mean": 0, "spread": 0}
    for split, _name, whole in photographs(60):
        before = whole.crop((0, 0, 96, 96)) if split == "train" else whole.crop((96, 96, 192, 192))
        digest = rendering.pixel_hash(before)
        photo = level(before, digest)
        wanted = levels(np.asarray(photo), bytes.fromhex(digest))
        fake = level_with(fake_colorizer(before), photo, digest)
        missed = [lightness(np.asarray(image)) - wanted for image in (photo, fake)]
        assert max(np.abs(one).max() for one in missed) < 0.5, "or its levels could not be found again"
        more["mean"] += missed[0].mean() > missed[1].mean()
        more["spread"] += missed[0].std() > missed[1].std()
    for times in more.values():
        assert 18 <= times <= 42, "of 60: three standard deviations about a half"


def test_a_colorization_of_another_lightness_gets_that_of_its_photo_and_keeps_its_hue(
    pairs: list[tuple[Image.Image, Image.Image, str]],
) -> None:
    for before, fake, digest in pairs:
        photo = level(before, digest)
        made = level_with(fake, photo, digest)
        lab = [rgb2lab(np.asarray(image)) for image in (photo, fake, made)]
        assert np.abs(lab[1][..., 0] - lab[0][..., 0]).mean() > 1, "red and blue weigh differently"
        assert np.abs(lab[2][..., 0] - lab[0][..., 0]).mean() < 0.15
        coloured = np.hypot(lab[1][..., 1], lab[1][..., 2]) > 25
        hues = [np.arctan2(one[..., 2], one[..., 1])[coloured] for one in lab[1:]]
        turned = np.abs(np.angle(np.exp(1j * (hues[1] - hues[0]))))
        assert np.degrees(np.median(turned)) < 8


def test_plain_areas_of_a_photo_are_as_lively_as_those_of_its_colorization() -> None:
    """A sky of one single value would stand out beside one whose hue drifts and whose lightness is rounded."""
    drift = np.linspace(0, 60, 256).astype(np.uint8)
    sky = Image.new("RGB", (256, 256), (180, 200, 230))
    fake = np.asarray(sky).copy()
    fake[..., 0] -= drift
    digest = rendering.pixel_hash(sky)
    photo = level(sky, digest)
    made = level_with(Image.fromarray(fake), photo, digest)
    still = [np.mean(np.diff(lightness(np.asarray(one)), axis=1) == 0) for one in (sky, photo, made)]
    assert still[0] == 1
    assert still[1] < 0.02
    assert still[2] < 0.02


def test_what_is_stored_keeps_the_levels(pairs: list[tuple[Image.Image, Image.Image, str]]) -> None:
    photo = level(pairs[0][0], pairs[0][2])
    with Image.open(BytesIO(rendering.encode(photo))) as opened:
        assert opened.convert("RGB").tobytes() == photo.tobytes()
