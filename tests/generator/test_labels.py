"""What the discriminator is told: labels inside their ranges, and losses with known answers."""

import math

import pytest
import torch

from generator.training.labels import GENERATED, REAL, Labels


def labels(kind: str) -> Labels:
    return Labels(kind, torch.Generator().manual_seed(0))


def test_the_thesis_labels_are_noisy_and_inside_their_ranges() -> None:
    real, generated = labels("thesis").real(10_000), labels("thesis").generated(10_000)
    for drawn, (low, high) in ((real, REAL), (generated, GENERATED)):
        assert low <= float(drawn.min()) < low + 0.01
        assert high - 0.01 < float(drawn.max()) <= high
        assert float(drawn.mean()) == pytest.approx((low + high) / 2, abs=0.01)


def test_the_ranges_are_the_thesis_own() -> None:
    assert (REAL, GENERATED) == ((0.0, 0.49), (0.5, 0.99))


def test_under_the_thesis_labels_a_blind_discriminator_loses_0_693_and_a_perfect_one_0_562() -> None:
    told = labels("thesis")
    blind = told.discriminator_loss(torch.zeros(20_000, 1), torch.zeros(20_000, 1))
    assert float(blind) == pytest.approx(math.log(2), abs=1e-3)
    best = 1.13  # the logit of the mean label, 0.755
    perfect = told.discriminator_loss(torch.full((20_000, 1), -best), torch.full((20_000, 1), best))
    assert float(perfect) == pytest.approx(0.562, abs=3e-3)


@pytest.mark.parametrize("kind", ["thesis", "hard", "one-sided", "hinge", "least-squares"])
def test_being_right_costs_the_discriminator_less_than_being_wrong(kind: str) -> None:
    low, high = torch.full((8, 1, 2, 2), -1.0), torch.full((8, 1, 2, 2), 1.0)
    if kind == "least-squares":  # its logits are the labels themselves
        low = low * 0
    told = labels(kind)
    assert told.discriminator_loss(low, high) < told.discriminator_loss(high, low)
    assert told.generator_loss(low) < told.generator_loss(high)


def test_hinge_forgives_what_is_right_by_a_margin() -> None:
    told = labels("hinge")
    assert told.discriminator_loss(torch.full((4, 1), -1.0), torch.full((4, 1), 1.0)) == 0
    assert told.discriminator_loss(torch.zeros(4, 1), torch.zeros(4, 1)) == 1


def test_one_sided_labels_hold_back_only_what_is_real() -> None:
    told = labels("one-sided")
    assert told.real(3).tolist() == pytest.approx([0.1] * 3)
    assert told.generated(3).tolist() == [1.0] * 3


def test_every_patch_of_an_image_has_the_label_of_the_image() -> None:
    """The loss of equal logits is then the mean over images, however many patches each has."""
    few = labels("thesis").discriminator_loss(torch.ones(4, 1), torch.ones(4, 1))
    many = labels("thesis").discriminator_loss(torch.ones(4, 1, 7, 7), torch.ones(4, 1, 7, 7))
    assert float(few) == pytest.approx(float(many), rel=1e-6)
