"""Checkpoints: what is saved comes back, and each way to be wrong is said in one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from generator.checkpoint import CheckpointError, describe, load_checkpoint, save_checkpoint
from tests.generator.photos import TINY, colourful_network


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "small.safetensors"
    save_checkpoint(path, colourful_network(), TINY, {"by": "hand"})
    return path


def edit(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(path.with_suffix(".json").read_text())
    change(content)
    path.with_suffix(".json").write_text(json.dumps(content))


def test_a_saved_network_comes_back_with_its_options_and_its_colours(saved: Path) -> None:
    lightness = torch.rand(1, 1, 64, 64) * 100
    loaded = load_checkpoint(saved)
    assert loaded.options == TINY
    assert not loaded.training
    assert (loaded(lightness) - colourful_network()(lightness)).abs().mean() < 0.5


def test_weights_are_stored_in_half_precision(saved: Path) -> None:
    numbers = sum(weight.numel() for weight in colourful_network().parameters())
    assert saved.stat().st_size < numbers * 2 * 1.05


def test_the_json_says_how_it_was_made(saved: Path) -> None:
    assert describe(saved)["network"] == TINY.to_json()
    assert describe(saved)["training"] == {"by": "hand"}


def test_saving_again_replaces_both_files_and_leaves_nothing_else(saved: Path) -> None:
    save_checkpoint(saved, colourful_network(), TINY, {"by": "nobody"})
    assert describe(saved)["training"] == {"by": "nobody"}
    assert load_checkpoint(saved)
    assert sorted(file.name for file in saved.parent.iterdir()) == ["small.json", "small.safetensors"]


def test_a_failed_save_leaves_the_old_checkpoint(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("No space left on device")

    before = saved.read_bytes()
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        save_checkpoint(saved, colourful_network(), TINY, {})
    assert saved.read_bytes() == before
    assert len(list(saved.parent.iterdir())) == 2


def test_missing_weights_are_named(saved: Path) -> None:
    saved.unlink()
    with pytest.raises(CheckpointError, match="no checkpoint .*small.safetensors"):
        load_checkpoint(saved)


def test_a_missing_json_is_named(saved: Path) -> None:
    saved.with_suffix(".json").unlink()
    with pytest.raises(CheckpointError, match="small.json"):
        load_checkpoint(saved)


def test_a_truncated_file_is_said_to_be_cut_short(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-1000])
    with pytest.raises(CheckpointError, match="cut short"):
        load_checkpoint(saved)


def test_another_network_is_told_from_this_one(saved: Path) -> None:
    edit(saved, lambda content: content["network"].update(encoder="resnet50"))
    with pytest.raises(CheckpointError, match="another network .* tensors differ"):
        load_checkpoint(saved)


def test_an_unknown_option_is_named(saved: Path) -> None:
    edit(saved, lambda content: content["network"].update(attention=True))
    with pytest.raises(CheckpointError, match="unknown option attention"):
        load_checkpoint(saved)


def test_a_missing_option_is_named(saved: Path) -> None:
    edit(saved, lambda content: content["network"].pop("skips"))
    with pytest.raises(CheckpointError, match="missing option skips"):
        load_checkpoint(saved)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("size", "big", "size is 'big'; it must be int"),
        ("skips", 1, "skips is 1; it must be bool"),
        (
            "decoder_channels",
            ["a", "b", "c", "d", "e"],
            r"decoder_channels is \['a', .*; it must be tuple\[int, \.\.\.\]",
        ),
        ("encoder", None, "encoder is None; it must be str"),
        ("dropout", "0", "dropout is '0'; it must be float"),
        ("kind", ["resnet"], r"its kind is \['resnet'\]; it must be one of resnet, unet"),
    ],
)
def test_an_option_of_the_wrong_type_is_named(saved: Path, name: str, value: object, wanted: str) -> None:
    edit(saved, lambda content: content["network"].update({name: value}))
    with pytest.raises(CheckpointError, match=wanted):
        load_checkpoint(saved)


def test_a_whole_number_may_stand_for_a_share(saved: Path) -> None:
    edit(saved, lambda content: content["network"].update(dropout=0))
    assert load_checkpoint(saved).options == TINY


@pytest.mark.parametrize("content", ["{", "[]", '{"network": {}}', '{"network": [], "training": {}, "sha256": ""}'])
def test_a_json_that_is_no_checkpoint_is_refused(saved: Path, content: str) -> None:
    saved.with_suffix(".json").write_text(content)
    with pytest.raises(CheckpointError, match="small.json"):
        load_checkpoint(saved)
