"""`python -m generator` as it is typed: on files, folders, and things that are no photos."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator import commands
from generator.checkpoint import save_checkpoint
from generator.cli import COMMANDS, ON_CPU, main, parse
from tests.generator.photos import TINY, astronaut, coffee, colourful_network


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "small.safetensors"
    save_checkpoint(path, colourful_network(), TINY, {})
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two photos, one of them in a folder of its own, a broken one, and a file that is none."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    Image.fromarray(coffee()[:60, :90]).save(folder / "coffee.jpg")
    Image.fromarray(astronaut()[:80, :50]).save(folder / "more" / "astronaut.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 nothing more")
    (folder / "notes.txt").write_text("not a photo")
    return folder


def generator(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "generator", *map(str, arguments), "--threads", "1"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_photo_is_colorized_to_a_file_by_the_shipped_checkpoint(photos: Path, tmp_path: Path) -> None:
    done = generator("colorize", photos / "coffee.jpg", "-o", tmp_path / "out.png", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (90, 60)
        assert np.ptp(np.asarray(image).astype(int), axis=2).max() > 5


def test_a_folder_keeps_its_shape_and_a_broken_photo_is_named_and_skipped(
    photos: Path, tmp_path: Path, checkpoint: Path
) -> None:
    done = generator("colorize", photos, "-o", tmp_path / "out", "--checkpoint", checkpoint)
    assert done.returncode == 0, done.stderr
    made = sorted(str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*.png"))
    assert made == ["coffee.png", "more/astronaut.png"]
    assert "broken.jpg is skipped" in done.stderr
    assert "2 of 3 photos" in done.stdout


def test_nothing_but_broken_photos_is_an_error_in_one_sentence(photos: Path, tmp_path: Path, checkpoint: Path) -> None:
    done = generator("colorize", photos / "broken.jpg", "-o", tmp_path / "out.png", "--checkpoint", checkpoint)
    assert done.returncode == 1
    assert "Nothing was colorized" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.png").exists()


def test_a_checkpoint_that_does_not_exist_is_named(photos: Path, tmp_path: Path) -> None:
    done = generator("colorize", photos, "-o", tmp_path / "out", "--checkpoint", "nowhere.safetensors")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_info_prints_what_is_known_of_a_checkpoint(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(checkpoint)]) == 0
    assert json.loads(capsys.readouterr().out)["network"]["encoder"] == "resnet18"


def test_a_run_means_its_checkpoint_in_every_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, photo = tmp_path / "run", tmp_path / "cup.png"
    save_checkpoint(run / "last.safetensors", colourful_network(), TINY, {})
    Image.fromarray(coffee()[:40, :40]).save(photo)
    assert main(["info", str(run)]) == 0
    assert json.loads(capsys.readouterr().out)["network"]["encoder"] == "resnet18"
    assert main(["colorize", str(photo), "-o", str(tmp_path / "out.png"), "--checkpoint", str(run)]) == 0
    assert main(["export", str(run), "-o", str(tmp_path / "run.onnx")]) == 0
    assert (tmp_path / "run.onnx").exists()


def test_info_waits_for_nothing_that_only_other_commands_need(checkpoint: Path) -> None:
    code = (
        f"import sys; from generator.cli import main; main(['info', {str(checkpoint)!r}]); "
        "heavy = 'altair', 'vl_convert', 'scipy', 'onnx', 'onnxruntime'; "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_is_listed_with_what_its_module_says_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(commands.__file__).parent
    assert {file.stem for file in folder.glob("*.py")} - {"__init__", "arguments"} == set(COMMANDS)
    for name, about in COMMANDS.items():
        assert importlib.import_module(f"generator.commands.{name}").__doc__ == f"`{name}`: {about}"
        with pytest.raises(SystemExit, match="0"):
            main([name, "--help"])
        assert ("--device" in capsys.readouterr().out) == (name not in ON_CPU)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["best"], "Name a configuration, --data and --out"),
        (["best", "--data", "nowhere", "--out", "run"], "There is no nowhere"),
        (["best", "--data", "empty", "--out", "run"], "no readable photos in empty"),
        (["best", "--data", "grey", "--out", "run"], "all 1 photos are grey or pale"),
        (["thesis-unet-patchgan", "--data", "colour", "--out", "run", "--encoder", "x.pth"], "begins from scratch"),
        (["best", "--data", "colour", "--out", "run", "--encoder", "nowhere.pth"], "There is no nowhere.pth"),
        (["best", "--data", "colour", "--out", "run", "--start", "gone.safetensors"], "There is no gone.json"),
        (
            ["labels-hinge", "--data", "colour", "--out", "run", "--start", "CHECKPOINT"],
            "another network than labels-hinge",
        ),
        (["best", "--data", "colour", "--out", "run", "--start", "empty"], "empty is no run: it holds neither"),
        (
            ["best", "--data", "colour", "--out", "run", "--start", "CHECKPOINT", "--encoder", "x.pth"],
            "--start brings an encoder with it: leave --encoder out.",
        ),
        (["best", "--data", "colour", "--out", "run", "--encoder-sha256", "ab"], "--encoder-sha256 is that of a file"),
        (
            ["best", "--data", "colour", "--out", "run", "--steps", "2"],
            "Stage large needs photos of 128 pixels, and all are smaller",
        ),
        (["best", "--data", "nowhere", "--out", "begun"], "begun holds a run: go on with it by --resume begun"),
        (["--resume", "empty"], "empty holds no run to go on with"),
        (["--resume", "begun"], "begun holds no run to go on with: its config.json is changed or of another version"),
        (
            ["best", "--resume", "begun", "--steps", "500", "--seed", "0"],
            "A run goes on as it was begun: leave out configuration, --steps, --seed, or begin another run",
        ),
    ],
)
def test_training_that_cannot_begin_says_why_in_one_sentence(
    arguments: list[str],
    said: str,
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "grey", "colour", "begun"):
        Path(folder).mkdir()
    Path("begun/config.json").write_text("{}")
    Image.fromarray(coffee()[:64, :64, :1].repeat(3, axis=2)).save("grey/one.png")
    Image.fromarray(coffee()[200:264, 200:264]).save("colour/one.png")
    named = [str(checkpoint) if argument == "CHECKPOINT" else argument for argument in arguments]
    assert main(["train", *named]) == 1
    assert said in capsys.readouterr().err
    assert not Path("run").exists(), "the same --out can be named again"


def test_one_step_is_refused_because_its_learning_rate_is_zero(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "best", "--data", "photos", "--out", "run", "--steps", "1"])
    assert "--steps: one step teaches nothing: the learning rate falls to zero" in capsys.readouterr().err


def test_a_run_is_trained_from_the_command_line(photos: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    Image.fromarray(coffee()).save(photos / "large.jpg")
    (photos / "coffee.jpg").unlink()
    (photos / "more" / "astronaut.png").unlink()
    done = generator("train", "thesis-unet-patchgan", "--small", "--steps", 2, "--data", photos, "--out", run)
    assert done.returncode == 0, done.stderr
    assert "Skipped" in done.stderr
    assert "broken.jpg" in done.stderr
    training = json.loads((run / "last.json").read_text())["training"]
    assert training["command"].startswith("python -m generator train thesis-unet-patchgan --small")
    assert (training["seed"], training["encoder"], training["stages"][0]["steps"]) == (0, "none", 2)
    assert "Nothing will be measured: no source holds out photos of 64 pixels" in done.stderr


def test_a_device_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["colorize", str(tmp_path), "-o", str(tmp_path), "--device", "quantum"])
    assert "'quantum' cannot be used here" in capsys.readouterr().err


def test_every_command_that_computes_takes_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = {
        "colorize": ["a.png", "-o", "b.png"],
        "pretext": ["resnet18", "--data", "a", "--out", "b"],
        "train": ["--resume", "a"],
        "evaluate": ["a", "--data", "b"],
        "compare": ["a", "--data", "b", "--out", "c"],
        "observe": ["a", "--data", "test=b"],
    }
    assert {*commands, "export", "info"} == {*COMMANDS}
    for there, device in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr("torch.cuda.is_available", lambda there=there: there)
        for command, arguments in commands.items():
            assert parse([command, *arguments]).device == torch.device(device)


def test_two_photos_of_one_name_both_get_a_file(tmp_path: Path, checkpoint: Path) -> None:
    for name in ("cup.png", "cup.jpg"):
        Image.fromarray(coffee()[:40, :40]).save(tmp_path / name)
    out = tmp_path / "out"
    assert main(["colorize", str(tmp_path), "-o", str(out), "--checkpoint", str(checkpoint)]) == 0
    assert sorted(file.name for file in out.iterdir()) == ["cup.jpg.png", "cup.png.png"]


def two_folders(folder: Path) -> list[Path]:
    """A and B with a photo of the same name, and other content, in each."""
    sources = [folder / "A", folder / "B"]
    for place, source in enumerate(sources):
        source.mkdir(parents=True)
        Image.fromarray(coffee()[: 40 + place, :40]).save(source / "cup.png")
    return sources


def test_photos_of_one_name_in_two_folders_stay_in_two_folders(tmp_path: Path, checkpoint: Path) -> None:
    sources, out = two_folders(tmp_path), tmp_path / "out"
    assert main(["colorize", *map(str, sources), "-o", str(out), "--checkpoint", str(checkpoint)]) == 0
    assert [Image.open(out / name / "cup.png").height for name in ("A", "B")] == [40, 41]


@pytest.mark.parametrize(
    ("sources", "out", "said"),
    [
        (["one/A", "two/A"], "out", "one/A/cup.png and two/A/cup.png would both become out/A/cup.png"),
        (["one/A"], "one/A", "The colorization of one/A/cup.png would overwrite one/A/cup.png"),
        (["one/A/cup.png"], "link/cup.png", "The colorization of one/A/cup.png would overwrite one/A/cup.png"),
        (["one/A/cup.png"], "one/A", "would overwrite one/A/cup.png"),
        (["one/A/cup.png", "one/B/cup.png"], "two.png", "two.png is a file, and several photos become files in a fold"),
        (["one"], "two.jpg", "two.jpg is a file"),
        (["one"], "notes", "notes is a file"),
        (["one/A/cup.png"], "notes", "notes must end in one of .jpg"),
    ],
)
def test_no_picture_is_lost_to_another_one(
    sources: list[str],
    out: str,
    said: str,
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two"):
        two_folders(tmp_path / folder)
    Path("link").symlink_to("one/A")
    Path("notes").write_text("mine")
    before = {file: file.is_file() and file.read_bytes() for file in tmp_path.rglob("*")}
    assert main(["colorize", *sources, "-o", out, "--checkpoint", str(checkpoint)]) == 1
    refusal = capsys.readouterr().err
    assert said in refusal
    assert refusal.count("\n") == 1
    assert {file: file.is_file() and file.read_bytes() for file in tmp_path.rglob("*")} == before


def test_photos_that_no_memory_can_hold_are_told_in_one_sentence(
    photos: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(checkpoint), "--data", str(photos), "--size", "1000000000"]) == 1
    assert "Out of memory: give it fewer or smaller photos." in capsys.readouterr().err
