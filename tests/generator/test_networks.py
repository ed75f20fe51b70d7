"""Every network: shapes, gradients, the grey start, a golden output, and options that are refused."""

import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from generator.networks.blocks import AB_RANGE
from generator.networks.discriminators import PatchOptions, SigmoidOptions
from generator.networks.encoders import ClassifierOptions
from generator.networks.options import Options
from generator.networks.registry import KINDS, build, options_from_json
from generator.networks.resnet import ResNetOptions
from generator.networks.unet import UNetOptions
from tests.generator.photos import TINY, colourful_network

GENERATORS: dict[str, Options] = {
    "resnet50": ResNetOptions(),
    "resnet50 with skips": ResNetOptions(skips=True),
    "resnet18": ResNetOptions(encoder="resnet18", dropout=0.3),
    "unet": UNetOptions(),
}
JUDGES: dict[str, tuple[Options, tuple[int, ...]]] = {
    "patch": (PatchOptions(), (2, 1, 6, 10)),
    "sigmoid": (SigmoidOptions(), (2, 1)),
}
EVERY: dict[str, Options] = {
    **GENERATORS,
    "patch": PatchOptions(),
    "sigmoid": SigmoidOptions(),
    "classifier": ClassifierOptions(),
}


def wavy(network: nn.Module) -> nn.Module:
    """Weights that do not depend on any library's random numbers, so large that every layer is heard."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            waves = torch.sin(torch.arange(parameter.numel(), dtype=torch.float32) * 1.7).view_as(parameter)
            gain = 2 * parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.1
            norm = parameter.dim() == 1 and name.endswith("weight")
            parameter.copy_(waves * gain + (1.0 if norm else 0.0))
        for name, direction in network.named_buffers():
            if name.endswith(("._u", "._v")):  # of spectral norm, which starts at random
                direction.copy_(F.normalize(torch.cos(torch.arange(len(direction)) * 1.3), dim=0))
    return network


def ramp(channels: int, scale: float) -> torch.Tensor:
    return (torch.arange(channels * 64 * 96) % 101).view(1, channels, 64, 96) / 100 * scale


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_gives_two_channels_of_the_size_of_its_input(name: str) -> None:
    network = build(GENERATORS[name]).eval()
    assert network(torch.rand(1, 1, 64, 96) * 100).shape == (1, 2, 64, 96)


@pytest.mark.parametrize("name", JUDGES)
def test_a_discriminator_gives_one_logit_for_each_patch_or_for_the_image(name: str) -> None:
    options, shape = JUDGES[name]
    network = build(options)
    assert network(torch.rand(2, 1, 64, 96) * 100, torch.rand(2, 2, 64, 96)).shape == shape


def test_a_patch_is_70_pixels_wide() -> None:
    """The receptive field of Isola et al. 2017: what one logit depends on."""
    ab = torch.zeros(1, 2, 160, 160, requires_grad=True)
    logits = build(PatchOptions(channels=(4, 4, 4, 4)))(torch.rand(1, 1, 160, 160) * 100, ab)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    assert ab.grad is not None
    rows = ab.grad.abs().sum(dim=(0, 1, 3)).nonzero()
    assert int(rows.max() - rows.min()) + 1 == 70


def test_the_sigmoid_judges_opposite_corners_together() -> None:
    """What one corner does to the logit depends on the other one: not so for a mean of judgements of patches."""
    torch.manual_seed(0)
    network = build(SigmoidOptions()).double().eval()
    corners = torch.zeros(4, 2, 256, 256, dtype=torch.double)
    corners[1:3, :, :16, :16] = 100
    corners[2:, :, -16:, -16:] = -100
    with torch.no_grad():
        neither, first, both, second = network(torch.full((4, 1, 256, 256), 50.0).double(), corners)[:, 0]
    # Less than 1e-9 would be rounding.
    assert abs(both - first - second + neither) > 1e-6


def test_a_classifier_gives_a_logit_for_each_class() -> None:
    assert build(ClassifierOptions("resnet18", 7))(torch.rand(2, 1, 64, 64) * 100).shape == (2, 7)


@pytest.mark.parametrize("name", GENERATORS)
def test_a_new_generator_gives_grey(name: str) -> None:
    assert build(GENERATORS[name])(torch.rand(2, 1, 64, 64) * 100).abs().max() == 0


def test_colours_stay_within_their_range() -> None:
    ab = colourful_network()(torch.rand(2, 1, 64, 64) * 100)
    assert 1 < ab.abs().max() <= AB_RANGE


@pytest.mark.parametrize("name", EVERY)
def test_every_weight_has_a_gradient(name: str) -> None:
    torch.manual_seed(0)
    network = build(EVERY[name]).train()
    last = list(network.parameters())[-2:]
    for parameter in last:
        nn.init.normal_(parameter)
    given = [torch.rand(2, 1, 64, 64) * 100]
    given += [torch.rand(2, 2, 64, 64) * 100] if name in JUDGES else []
    network(*given).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in network.parameters())


@pytest.mark.parametrize(
    ("name", "golden"),
    [
        ("resnet50", (6.9574, 21.389)),
        ("resnet50 with skips", (7.1609, 30.752)),
        ("resnet18", (6.8407, 18.714)),
        ("unet", (7.3917, 17.476)),
        ("patch", (0.00040695, 0.0018653)),
        ("sigmoid", (0.96251, 0.96251)),
        ("classifier", (7.08, 11.004)),
    ],
)
def test_the_same_weights_give_the_same_output_for_ever(name: str, golden: tuple[float, float]) -> None:
    """A change of any network's arithmetic breaks the checkpoints that people have."""
    network = wavy(build(EVERY[name]))
    given = [ramp(1, 100.0)] + ([ramp(2, 100.0) - 50] if name in JUDGES else [])
    with torch.no_grad():
        for _ in range(20 if name in JUDGES else 0):
            network(*given)  # each pass brings spectral norm nearer to the norm
        output = network.eval()(*given)
    assert (float(output.abs().mean()), float(output.abs().max())) == pytest.approx(golden, rel=1e-3)


def test_the_thesis_has_no_skips() -> None:
    assert not ResNetOptions().skips
    assert all(block.lateral is None for block in build(ResNetOptions()).decoder.blocks)


def test_a_resnet50_fits_a_download_of_64_mebibytes() -> None:
    parameters = sum(weight.numel() for weight in build(ResNetOptions(skips=True)).parameters())
    assert parameters * 2 < 60 * 2**20


@pytest.mark.parametrize("kind", KINDS)
def test_options_come_back_from_json(kind: str) -> None:
    options = KINDS[kind]()
    assert options_from_json(options.to_json()) == options


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"kind": "transformer"}, "transformer"),
        ({**TINY.to_json(), "depth": 3}, "unknown option depth"),
        ({"kind": "resnet", "encoder": "resnet18"}, "missing option decoder_channels"),
    ],
)
def test_options_of_another_version_are_named(values: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        options_from_json(values)


@pytest.mark.parametrize(
    ("kind", "wrong", "named"),
    [
        (ResNetOptions, {"encoder": "vgg"}, "vgg"),
        (ResNetOptions, {"decoder_channels": (8, 8)}, "five"),
        (ResNetOptions, {"size": 100}, "multiple of 32"),
        (ResNetOptions, {"dropout": 1.0}, "below one"),
        (UNetOptions, {"channels": (8, 8)}, "six"),
        (PatchOptions, {"channels": (8, 8)}, "four"),
        (SigmoidOptions, {"channels": ()}, "positive"),
        (ClassifierOptions, {"classes": 1}, "two"),
    ],
)
def test_options_that_no_network_has_are_refused(kind: type, wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        kind(**wrong)


def test_importing_the_library_does_not_import_torchvision() -> None:
    code = "import sys, generator.networks.registry, generator.colorizer; print('torchvision' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
