"""The named configurations can be built, told as JSON, and made small."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from generator.configurations import CONFIGURATIONS, SMALL, small
from generator.networks.registry import build
from generator.networks.resnet import ResNetOptions
from generator.training.options import Configuration

THESIS = ("thesis-unet-sigmoid", "thesis-unet-patchgan", "thesis-resnet50-patchgan", "resnet18-patchgan")


def test_the_four_systems_of_the_thesis_and_the_best_have_names() -> None:
    assert {*THESIS, "best"} <= set(CONFIGURATIONS)


def test_the_thesis_system_is_what_the_thesis_says() -> None:
    thesis = CONFIGURATIONS["thesis-resnet50-patchgan"]
    assert isinstance(thesis.network, ResNetOptions)
    assert (thesis.network.encoder, thesis.network.skips) == ("resnet50", False)
    assert (thesis.labels, thesis.stages[0].size, thesis.stages[0].batch) == ("thesis", 224, 32)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_configuration_comes_back_from_json(name: str) -> None:
    told = json.loads(json.dumps(CONFIGURATIONS[name].to_json()))
    assert Configuration.from_json(told) == CONFIGURATIONS[name]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_small_configuration_is_small_and_of_the_same_kind(name: str) -> None:
    configuration, smaller = CONFIGURATIONS[name], small(CONFIGURATIONS[name])
    assert type(smaller.network) is type(configuration.network)
    assert type(smaller.discriminator) is type(configuration.discriminator)
    assert {stage.size for stage in smaller.stages} == {SMALL}
    if isinstance(configuration.network, ResNetOptions):
        assert smaller.network == replace(configuration.network, size=SMALL)
    else:
        assert sum(weight.numel() for weight in build(smaller.network).parameters()) < 20e6


def test_small_systems_of_the_thesis_have_the_same_budget() -> None:
    budgets = [sum(stage.steps * stage.batch for stage in small(CONFIGURATIONS[name]).stages) for name in THESIS]
    assert all(one == other for one, other in pairwise(budgets))
