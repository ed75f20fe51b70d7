"""Crops are parts of photos, every photo is as likely as any other, and processes share one batch."""

import torch

from generator.batches import Batches, Crops

DARK, LIGHT = (torch.full((count, 3, 40, 40), value, dtype=torch.uint8) for count, value in ((6, 0), (2, 255)))


def batches(rank: int = 0, count: int = 1) -> Batches:
    return Batches([DARK, LIGHT], torch.Generator().manual_seed(0), rank, count)


def test_crops_are_photos_and_each_photo_is_as_likely_as_any_other() -> None:
    drawn = batches().draw(800, Crops(16, 0.5))
    assert drawn.shape == (800, 3, 16, 16)
    assert ((drawn.flatten(1).amin(1) > 0.99) | (drawn.flatten(1).amax(1) < 0.01)).all()
    assert 0.2 < float(drawn.mean()) < 0.3  # two of eight photos are light


def test_a_batch_without_any_photo_of_a_set_is_a_batch() -> None:
    assert batches().draw(1, Crops(16, 0.5)).shape == (1, 3, 16, 16)


def test_processes_together_see_what_one_alone_would() -> None:
    alone = batches().draw(8, Crops(16, 0.5))
    parts = [batches(rank, 2).draw(8, Crops(16, 0.5)) for rank in (0, 1)]
    assert torch.equal(torch.stack(parts, dim=1).flatten(0, 1), alone)


def test_a_crop_of_a_larger_photo_is_made_of_means_not_of_points_picked_from_it() -> None:
    stripes = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    stripes[..., ::2] = 255
    crop = Crops(16, 1.0).draw(stripes, torch.Generator().manual_seed(0))
    assert (crop - 0.5).abs().max() < 0.01


def test_a_crop_of_the_whole_photo_is_the_photo_or_its_mirror() -> None:
    photo = torch.randint(256, (1, 3, 16, 16), dtype=torch.uint8)
    crop = Crops(16, 1.0).draw(photo, torch.Generator().manual_seed(0))
    whole = photo.float() / 255
    assert torch.allclose(crop, whole, atol=1e-5) or torch.allclose(crop, whole.flip(3), atol=1e-5)
