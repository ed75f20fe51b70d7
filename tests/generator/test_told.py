"""What a run is told: read from its folder, or refused in one sentence, and what that does to its photos."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from generator.commands.train import _differences, _read
from generator.configurations import CONFIGURATIONS
from generator.data import DataError
from generator.training.options import SetOptions
from generator.training.processes import Processes
from generator.training.run_folder import RunFolder
from generator.training.told import Told, read_configuration, read_told
from tests.generator.photos import coffee


@pytest.fixture
def config() -> dict[str, Any]:
    """As it comes back from JSON."""
    told = Told(
        name="best",
        configuration=CONFIGURATIONS["best"].to_json(),
        directory="/",
        data=["photos"],
        whole=[],
        encoder="none",
        encoder_sha256=None,
        start=None,
        seed=0,
        half=True,
        threads=1,
        device="cpu",
        processes=1,
        command="",
        machine="",
        torch="",
    )
    values: dict[str, Any] = json.loads(json.dumps(told))
    return values


def test_what_a_run_is_told_comes_back(config: dict[str, Any]) -> None:
    told = read_told(config, "run")
    assert told == config
    assert read_configuration(told, "run") == CONFIGURATIONS["best"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("seed", "0", "seed is '0'; it must be int"),
        ("data", "photos", r"data is 'photos'; it must be list\[str\]"),
        ("start", 1, r"start is 1; it must be str \| None"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(config: dict[str, Any], name: str, value: object, said: str) -> None:
    with pytest.raises(DataError, match=f"run holds no run to go on with: .*{said}"):
        read_told({**config, name: value}, "run")


def test_what_is_missing_is_named(config: dict[str, Any]) -> None:
    del config["seed"], config["data"]
    with pytest.raises(DataError, match="it does not name data, seed"):
        read_told(config, "run")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("stages",), 5, ""),
        (("stages", 0, "steps"), "many", "steps is 'many'; it must be int"),
        (("stages", 0, "rates"), {"decoder": "high"}, "rates is {'decoder': 'high'}"),
        (("stages", 0, "speed"), 1, "speed"),
        (("photos",), [], ""),
        (("photos", "size"), None, "size is None; it must be int"),
        (("network", "kind"), "transformer", "its kind is 'transformer'"),
        (("evaluations",), "8", "evaluations is '8'; it must be int"),
    ],
)
def test_a_configuration_that_cannot_be_is_named(
    config: dict[str, Any], place: tuple[Any, ...], value: object, said: str
) -> None:
    parent: Any = config["configuration"]
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    with pytest.raises(DataError, match=f"run holds no run to go on with: .*{said}"):
        read_configuration(read_told(config, "run"), "run")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_folder_whose_json_is_broken_holds_no_run(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(DataError, match="holds no run to go on with"):
        RunFolder(tmp_path).config()


@pytest.mark.parametrize("bytes_left", [0, 10, 300])
def test_a_state_that_was_cut_short_is_named_and_the_log_stays(bytes_left: int, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.log(at=1)
    folder.save_state({"networks": [torch.zeros(100)]})
    state = folder.load_state("cpu")
    assert state is not None
    assert torch.equal(state["networks"][0], torch.zeros(100))
    path = tmp_path / "state.pt"
    path.write_bytes(path.read_bytes()[:bytes_left])
    with pytest.raises(DataError, match=r"state\.pt is cut short or changed"):
        folder.load_state("cpu")
    assert folder.lines() == [{"at": 1}]


def test_a_state_of_something_else_is_named(tmp_path: Path) -> None:
    torch.save([1], tmp_path / "state.pt")
    with pytest.raises(DataError, match=r"state\.pt is cut short or changed"):
        RunFolder(tmp_path).load_state("cpu")


def test_other_threads_than_before_are_told_of(config: dict[str, Any]) -> None:
    told, alone, cpu = read_told(config, "run"), Processes(), torch.device("cpu")
    assert list(_differences(told, None, alone, cpu)) == []
    assert list(_differences(told, 1, alone, cpu)) == []
    assert "begun with 1 threads, not 2" in next(_differences(told, 2, alone, cpu))


def test_a_photo_held_out_of_data_is_not_learned_from_whole(config: dict[str, Any], tmp_path: Path) -> None:
    for number in range(20):
        Image.fromarray(coffee()[number * 10 :][:64, :64]).save(tmp_path / f"{number}.png")
    told = read_told({**config, "data": [str(tmp_path)] * 2, "whole": [str(tmp_path)]}, "run")
    sets = _read(told, Path(), SetOptions(64, palest=0), loud=False).values()
    assert [(len(photos.learn), len(photos.held_out)) for photos in sets] == [(18, 2), (18, 2), (18, 0)]
