"""The generator: shapes, the grey start, and options that are refused."""

import subprocess
import sys

import pytest
import torch

from generator.networks import AB_RANGE, Generator, NetworkOptions
from tests.generator.photos import TINY, colourful_network


@pytest.mark.parametrize("encoder", ["resnet18", "resnet50"])
@pytest.mark.parametrize("skips", [False, True])
def test_it_gives_two_channels_of_the_size_of_the_input(encoder: str, skips: bool) -> None:
    network = Generator(NetworkOptions(encoder=encoder, skips=skips)).eval()
    assert network(torch.rand(1, 1, 64, 96) * 100).shape == (1, 2, 64, 96)


def test_a_new_network_gives_grey() -> None:
    assert Generator(TINY)(torch.rand(2, 1, 64, 64) * 100).abs().max() == 0


def test_colours_stay_within_their_range() -> None:
    ab = colourful_network()(torch.rand(2, 1, 64, 64) * 100)
    assert 1 < ab.abs().max() <= AB_RANGE


def test_every_weight_has_a_gradient() -> None:
    network = colourful_network().train()
    network(torch.rand(2, 1, 64, 64) * 100).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in network.parameters())


def test_the_thesis_has_no_skips() -> None:
    assert not NetworkOptions().skips
    assert all(block.lateral is None for block in Generator(NetworkOptions()).decoder.blocks)


def test_a_resnet50_fits_a_download_of_64_mebibytes() -> None:
    parameters = sum(weight.numel() for weight in Generator(NetworkOptions(skips=True)).parameters())
    assert parameters * 2 < 60 * 2**20


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"encoder": "vgg"}, "vgg"), ({"decoder_channels": (8, 8)}, "five"), ({"size": 100}, "multiple of 32")],
)
def test_options_that_no_network_has_are_refused(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        NetworkOptions(**wrong)  # type: ignore[arg-type]


def test_importing_the_library_does_not_import_torchvision() -> None:
    code = "import sys, generator.networks, generator.colorizer; print('torchvision' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
