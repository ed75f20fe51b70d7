"""Quality numbers of colorizations, against the generator's own measures."""

import numpy as np
import pytest
import torch
from PIL import Image

from colortest.stimuli.measuring import measure_colorizations
from colortest.stimuli.models import Colorization, read_stimulus
from colortest.stimuli.quality import quality
from colortest.stimuli.rendering import stored
from colortest.stimuli.services import (
    finish_colorization,
    register_method,
    store_colorizations,
    write_colorization,
)
from generator.metrics import measures
from tests.cast import colour, fake_colorizer, make_test_set, photographs


def tensor(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255


def test_they_are_those_that_the_generator_is_judged_by() -> None:
    for _, _, photo in photographs(3):
        fake = fake_colorizer(photo)
        found = quality(fake, photo)
        assert found.psnr == pytest.approx(measures.psnr(tensor(fake), tensor(photo)).item(), abs=1e-3)
        assert found.colourfulness == pytest.approx(measures.colourfulness(tensor(fake)).item(), abs=1e-3)


def test_the_photo_itself_has_the_highest_psnr_and_grey_no_colour() -> None:
    _, _, photo = photographs(1)[0]
    assert quality(photo, photo).psnr == pytest.approx(58.9, abs=0.05)
    assert quality(photo.convert("L").convert("RGB"), photo).colourfulness == 0


@pytest.fixture
def coloured(db: None) -> list[Colorization]:
    """Made before quality was measured."""
    test_set = make_test_set(4)
    colour(test_set, register_method(slug="grey", name="Grey", kind="BASELINE", method="grey"))
    return list(Colorization.objects.order_by("pk"))


def test_what_was_made_before_is_measured_once_and_what_is_gone_holds_nobody_up(coloured: list[Colorization]) -> None:
    coloured[0].file.storage.delete(coloured[0].file.name)
    assert measure_colorizations(limit=2) == 1
    assert [measure_colorizations(), measure_colorizations()] == [2, 0]
    known = Colorization.objects.exclude(psnr=None)
    assert set(known) == set(coloured[1:])
    assert all(row.psnr > 10 and row.colourfulness > 0 for row in known)


def test_a_new_colorization_is_measured_as_it_is_stored(coloured: list[Colorization]) -> None:
    row, (_, _, photo) = coloured[0], photographs(1)[0]
    shown = stored(read_stimulus(row.photo.file))
    finished = finish_colorization(fake=photo, photo=shown, sha256=row.photo.sha256)
    store_colorizations(rows=[row], outcomes=[(finished, write_colorization(finished))], milliseconds=1)
    row.refresh_from_db()
    assert row.psnr > 40, "the photo again, but for its levels of lightness"
