"""A checkpoint's JSON as lines and tables, whatever it holds."""

import json
from collections.abc import Iterator
from copy import copy
from math import inf, nan
from typing import Any

import pytest
from django.test import Client

from colortest.stimuli.models import Algorithm
from colortest.stimuli.training import Training, read_training
from tests.running import ROOT

SHIPPED = ROOT / "generator" / "checkpoints" / "best.json"

NETWORK = {"kind": "resnet", "encoder": "resnet18", "decoder_channels": [64, 32], "skips": True, "size": 128}
PRETEXT = {"epochs": [{"top1": 0.1}, {"top1": 0.204}], "photos": 59989}
RUN = {
    "name": "mine",
    "seed": 0,
    "command": "python -m generator train mine",
    "photos": {"tiny": {"learned": 17665, "held_out": 64, "side": 64}, "large": {"learned": 849, "held_out": 64}},
    "encoder": {"file": "pretext.safetensors", "training": PRETEXT},
    "start": None,
    "stages": [{"name": "all", "steps": 3500, "minutes": 31.43}, {"name": "game", "steps": 198, "minutes": 1.27}],
    "configuration": {
        "about": "first all, then a game",
        "stages": [
            {"name": "all", "steps": 3500, "size": 64, "batch": 32, "rates": {"encoder": 1e-4, "decoder": 1e-3}},
            {"name": "game", "steps": 200, "size": 128, "batch": 16, "rates": {"decoder": 1e-5}},
        ],
    },
    "evaluations": {
        "photos/test": {
            "photos": 140,
            "size": 256,
            "psnr": 21.41771,
            "psnr_interval": [20.805, 22.00762],
            "psnr_grey": 22.21235,
            "ab_error": 9.4149,
            "ab_error_interval": [8.1, 10.25],
        },
        "demo": {"photos": 55, "ab_error": 12.56, "ab_error_grey": 17.24},
    },
}


def of_run(**changes: Any) -> Training:
    return read_training(NETWORK, RUN | changes)


def facts(training: Training) -> dict[str, tuple[str, ...]]:
    return {fact.name: fact.lines for fact in training.facts}


def page_of(admin: Client, *, network: dict[str, Any], training: dict[str, Any]) -> str:
    checkpoint = {"checkpoint": "mine.safetensors", "sha256": "0" * 64}
    Algorithm.objects.create(slug="mine", name="Mine", kind="MODEL", network=network, training=training, **checkpoint)
    reply = admin.get("/algorithms/mine/")
    assert reply.status_code == 200
    return reply.content.decode()


def test_the_plain_facts_take_a_line_each_and_photos_one_a_set() -> None:
    assert facts(of_run()) == {
        "Configuration": ("mine: first all, then a game",),
        "Network": ("resnet: decoder channels 64-32, encoder resnet18, skips",),
        "Size": ("128 × 128 pixels",),
        "Photos": (
            "18,514 learned from, 128 held out, in 2 sets",
            "large: 849 learned from, 64 held out",
            "tiny: 17,665 learned from, 64 held out, 64 pixels a side",
        ),
        "Encoder": ("pretext.safetensors: 2 epochs, 59,989 photos, names 20.4 % of held-out photos right",),
        "Training time": ("33 min",),
        "Seed": ("0",),
    }


def test_other_origins_of_weights_are_told_too() -> None:
    assert facts(of_run(encoder="none"))["Encoder"] == ("random weights",)
    assert facts(of_run(encoder="imagenet"))["Encoder"] == ("torchvision’s ImageNet weights",)
    assert facts(of_run(encoder="resnet18-f37072fd.pth"))["Encoder"] == ("resnet18-f37072fd.pth",)
    warm = facts(of_run(encoder="none", start={"file": "warm.safetensors", "training": RUN}))
    assert warm["Began with"] == ("warm.safetensors: mine, 18,514 photos",)
    assert "Encoder" not in warm


def test_a_stage_stands_beside_what_its_configuration_asked_for() -> None:
    stages = [(one.name, one.steps, one.minutes, one.size, one.batch, one.rates) for one in of_run().stages]
    assert stages == [
        ("all", "3,500", "31.4", "64", "32", "decoder 0.001, encoder 0.0001"),
        ("game", "198 of 200", "1.3", "128", "16", "decoder 1e-05"),
    ]


def test_a_stage_without_a_configuration_keeps_its_own_numbers() -> None:
    (stage, _) = of_run(configuration=None).stages
    assert (stage.name, stage.steps, stage.size, stage.rates) == ("all", "3,500", "", "")


def test_a_metric_has_a_row_with_its_interval_and_grey_in_each_evaluation() -> None:
    found = of_run().evaluations
    assert found.groups == (("demo", "55 photos"), ("photos/test", "140 photos of 256 pixels"))
    rows = {
        metric.name: [(score.value, score.interval, score.grey) for score in metric.scores] for metric in found.metrics
    }
    assert rows == {
        "ab error": [("12.6", "", "17.2"), ("9.4", "8.1 – 10.2", "")],
        "psnr": [("", "", ""), ("21.4", "20.8 – 22.0", "22.2")],
    }


def test_small_numbers_keep_three_digits() -> None:
    (metric,) = of_run(evaluations={"demo": {"out_of_gamut": 0.04202}}).evaluations.metrics
    assert [score.value for score in metric.scores] == ["0.0420"]


def test_a_run_without_evaluations_has_no_table_of_them() -> None:
    for nothing in (None, {}, [], "none", {"demo": {}}, {"demo": {"photos": 5}}):
        assert of_run(evaluations=nothing).evaluations.groups == ()


def test_the_shipped_checkpoint_is_told_from_its_network_to_its_metrics() -> None:
    content = json.loads(SHIPPED.read_text())
    told = read_training(content["network"], content["training"])
    assert {"Network", "Size", "Photos", "Encoder", "Seed", "torch"} <= set(facts(told))
    assert [stage.name for stage in told.stages] == [stage["name"] for stage in content["training"]["stages"]]
    assert all(stage.rates and stage.steps and stage.minutes for stage in told.stages)
    assert [name for name, _ in told.evaluations.groups] == sorted(content["training"]["evaluations"])
    assert all(score.value and score.interval for metric in told.evaluations.metrics for score in metric.scores)


ODD = [None, True, -1, 0.5, nan, inf, 10**400, "", "a", [], [1, None], {}, {"a": None}, {"a": [1]}, {"a": {"a": 1}}]


def spoiled(value: Any) -> Iterator[Any]:
    """The same JSON again and again, each time with something odd in another place."""
    yield from ODD
    places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, inner in places:
        for odd in spoiled(inner):
            other = copy(value)
            other[place] = odd
            yield other


def is_checkpoint(one: Any) -> bool:
    """What registering lets through."""
    return isinstance(one, dict) and all(isinstance(one.get(name), dict) for name in ("network", "training"))


def test_no_json_is_too_odd_to_be_read() -> None:
    whole = {"network": NETWORK, "training": RUN | {"start": {"file": "warm.safetensors", "training": RUN}}}
    odd = [one for one in spoiled(whole) if is_checkpoint(one)]
    assert len(odd) > 1000
    for one in odd:
        assert isinstance(read_training(**one), Training)


@pytest.mark.django_db
def test_the_page_shows_a_training_without_a_python_list(admin: Client) -> None:
    page = page_of(admin, network=NETWORK, training=RUN)
    for words in ("How it was trained", "first all, then a game", "198 of 200", "20.8 – 22.0", "train mine</code>"):
        assert words in page
    for python in ("{&#x27;", "[{", "None"):
        assert python not in page


@pytest.mark.django_db
@pytest.mark.parametrize("training", [{"summary": "by regression", "runs": [{"seed": 7}]}, {"stages": 3, "photos": 5}])
def test_the_page_of_an_old_or_odd_json_shows_what_it_can(admin: Client, training: dict[str, Any]) -> None:
    page = page_of(admin, network={}, training=training)
    assert "How it was trained" in page
    assert ("by regression" in page) == ("summary" in training)
    assert "<h3>Evaluations</h3>" not in page
