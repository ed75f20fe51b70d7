"""The colorizer: lightness is kept for any size, and the shipped checkpoint gives real photos colour."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from generator.baselines import grey
from generator.checkpoint import SHIPPED, describe
from generator.colorizer import Colorizer, Photo, network_size, to_tensor
from generator.inference import Precision, ready
from generator.lab import rgb_to_lab
from generator.metrics import colourfulness
from generator.networks.registry import GeneratorOptions, build
from generator.networks.unet import UNetOptions
from tests.generator.photos import TINY, astronaut, coffee, colourful_network


@pytest.fixture(scope="module")
def colorizer() -> Colorizer:
    return Colorizer(colourful_network(), batch=2)


@pytest.fixture(scope="module")
def shipped() -> Colorizer:
    return Colorizer.load(SHIPPED, device="cpu")


def lightness(photo: Photo) -> torch.Tensor:
    return rgb_to_lab(to_tensor([photo]))[:, :1]


def test_lightness_stays_and_sizes_and_order_too(colorizer: Colorizer) -> None:
    photo = astronaut()
    photos = [photo[:101, :67], photo[:33, :200], photo[200:301, :67], photo[100:101, 5:6], photo[9:110, 9:76]]
    colorizations = colorizer.colorize(photos)
    for original, colorization in zip(photos, colorizations, strict=True):
        assert colorization.shape == original.shape
        assert colorization.dtype == np.uint8
        difference = (lightness(colorization) - lightness(original)).abs()
        assert difference.max() < 1.0  # what rounding to eight bits can do to a dark pixel
        assert difference.mean() < 0.2


def test_a_batch_gives_what_each_photo_gives_alone(colorizer: Colorizer) -> None:
    photos = [astronaut()[top : top + 64, :96] for top in (0, 100, 200)]
    together = colorizer.colorize(photos)
    for photo, colorization in zip(photos, together, strict=True):
        alone = colorizer.colorize([photo])[0].astype(int)
        assert np.abs(alone - colorization).max() <= 1


def test_the_colours_of_the_photo_are_not_used(colorizer: Colorizer) -> None:
    photo = astronaut()[:96, :96]
    of_photo, of_grey = (rgb_to_lab(to_tensor(colorizer.colorize([seen]))) for seen in (photo, grey([photo])[0]))
    assert rgb_to_lab(to_tensor([photo]))[:, 1:].abs().mean() > 5
    assert (of_photo - of_grey).abs().mean() < 0.5


def test_bf16_gives_the_colours_of_fp32() -> None:
    rgb = to_tensor([astronaut()[:96, :96], coffee()[:96, :96]])
    exact, fast = (
        Colorizer(colourful_network(), precision=precision).predict(rgb) for precision in get_args(Precision)
    )
    assert exact[:, 1:].abs().mean() > 5
    assert 0 < (exact - fast)[:, 1:].abs().mean() < 1
    assert torch.equal(exact[:, :1], fast[:, :1])


@pytest.mark.parametrize(
    "options",
    [TINY, replace(TINY, skips=False), UNetOptions((8, 8, 16, 16, 16, 16), 32)],
    ids=["skips", "plain", "unet"],
)
def test_folding_batch_norms_changes_no_colour(options: GeneratorOptions) -> None:
    network = build(options)
    torch.nn.init.normal_(network.decoder.exit.weight)
    for norm in (module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)):
        for numbers in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
            torch.nn.init.uniform_(numbers, 0.5, 1.5)
    folded = ready(network, "fp32")
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    lightness = torch.rand(2, 1, 64, 96) * 100
    with torch.no_grad():
        assert (folded(lightness) - network.eval()(lightness)).abs().max() < 1e-3


def test_a_network_in_training_stays_as_it_is() -> None:
    network = colourful_network().train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    Colorizer(network).colorize([coffee()[:64, :64]])
    assert network.training
    assert before.keys() == network.state_dict().keys()
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_no_photos_give_no_colorizations(colorizer: Colorizer) -> None:
    assert colorizer.colorize([]) == []


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_anything_but_a_colour_photo_of_eight_bits_is_refused(colorizer: Colorizer, wrong: Photo) -> None:
    with pytest.raises(ValueError, match="uint8"):
        colorizer.colorize([wrong])


@pytest.mark.parametrize(("photo", "seen"), [((256, 256), (96, 96)), ((400, 600), (64, 128)), ((20, 9000), (32, 2048))])
def test_the_network_sees_the_shape_of_the_photo(photo: tuple[int, int], seen: tuple[int, int]) -> None:
    assert network_size(*photo, size=96) == seen


@pytest.mark.parametrize("photo", [coffee(), astronaut()], ids=["coffee", "astronaut"])
def test_the_shipped_checkpoint_gives_a_grey_photo_colour(shipped: Colorizer, photo: Photo) -> None:
    without = grey([photo])
    assert float(colourfulness(to_tensor(without))[0]) < 0.5
    assert float(colourfulness(to_tensor(shipped.colorize(without)))[0]) > 10


def test_on_a_photo_that_it_did_not_learn_the_shipped_checkpoint_is_closer_to_the_truth_than_grey_is(
    shipped: Colorizer,
) -> None:
    photo = astronaut()  # of the demo's split `test`; coffee is of `train`, which was learned
    truth = rgb_to_lab(to_tensor([photo]))[:, 1:]
    made = rgb_to_lab(to_tensor(shipped.colorize([photo])))[:, 1:]
    assert (made - truth).norm(dim=1).mean() < 0.8 * truth.norm(dim=1).mean()


def test_the_shipped_checkpoint_says_how_it_was_made() -> None:
    training = describe(SHIPPED)["training"]
    assert training["stages"][-1]["steps"] > 0
    assert training["command"].startswith("python -m generator train")
    assert training["evaluations"]
    assert SHIPPED.stat().st_size < 64 * 2**20
