"""The pretext task: an encoder learns to see by naming what is on grey photos."""

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.checkpoint import CheckpointError, describe, load_checkpoint, load_network
from generator.cli import main
from generator.data import DataError
from generator.encoder_weights import weights_of_file
from generator.networks.encoders import ClassifierOptions, Encoder
from generator.pretext import Pretext, PretextOptions, read_labelled
from generator.training.run_folder import RunFolder

QUICK = PretextOptions(epochs=4, batch=16, size=32, smallest_crop=0.8, learning_rate=0.05, held_out=16)


def stripes(number: int) -> Image.Image:
    """Stripes that stand or lie, by turns, in random strength: two classes that grey tells apart."""
    random = np.random.default_rng(number)
    wave = np.sin(np.arange(32) * random.uniform(0.8, 1.2) + random.uniform(0, 6))[None].repeat(32, axis=0)
    image = (wave if number % 2 else wave.T) * random.uniform(40, 100) + 128
    return Image.fromarray(image.astype(np.uint8)).convert("RGB")


@pytest.fixture
def striped(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "stripes.zip", "w") as archive:
        for number in range(144):
            content = BytesIO()
            stripes(number).save(content, "PNG")
            archive.writestr(f"{'standing' if number % 2 else 'lying'}/{number}.png", content.getvalue())
        archive.writestr("lying/broken.png", b"no")
    return tmp_path / "stripes.zip"


def begun(path: Path) -> RunFolder:
    folder = RunFolder(path)
    folder.begin({})
    return folder


def test_folders_name_the_classes_and_bad_photos_are_named(striped: Path) -> None:
    photos, problems = read_labelled([striped], 32)
    assert photos.classes == ["lying", "standing"]
    assert photos.pixels.shape == (144, 1, 32, 32)
    assert photos.labels.bincount().tolist() == [72, 72]
    assert len(problems) == 1


def test_an_encoder_learns_to_tell_the_classes_and_leaves_a_checkpoint(striped: Path, tmp_path: Path) -> None:
    photos, _problems = read_labelled([striped], 32)
    folder = begun(tmp_path / "run")
    pretext = Pretext(ClassifierOptions("resnet18", len(photos.classes)), QUICK, photos, folder)
    checkpoint = pretext.train()
    epochs = describe(checkpoint)["training"]["epochs"]
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3, 4]
    assert max(epoch["top1"] for epoch in epochs) > 0.8
    assert len((tmp_path / "run/metrics.jsonl").read_text().splitlines()) == 4
    encoder = Encoder("resnet18")
    encoder.load_state_dict(weights_of_file(checkpoint, "resnet18"))
    learned, loaded = pretext.network.encoder.state_dict(), encoder.state_dict()
    assert all(torch.allclose(learned[name].float(), loaded[name].float(), atol=2e-3) for name in learned)


def test_photos_of_one_class_teach_nothing(tmp_path: Path) -> None:
    stripes(0).save(tmp_path / "one.png")
    with pytest.raises(DataError, match="two folders at least"):
        read_labelled([tmp_path], 32)


def test_too_few_photos_are_refused(striped: Path, tmp_path: Path) -> None:
    photos, _problems = read_labelled([striped], 32)
    with pytest.raises(DataError, match="144 photos are too few: 2000 are held out"):
        Pretext(ClassifierOptions(classes=2), PretextOptions(), photos, RunFolder(tmp_path))


def test_a_run_from_the_command_line_keeps_what_it_was_told_and_its_folder_is_not_used_twice(
    striped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    asked = ["pretext", "resnet18", "--data", str(striped), "--out", str(out), "--epochs", "1", "--held-out", "8"]
    assert main(asked) == 0
    config = RunFolder(out).config()
    assert (config["name"], config["data"], config["seed"]) == ("pretext", [str(striped)], 0)
    assert (config["pretext"]["held_out"], config["network"]["classes"]) == (8, 2)
    left = {file.name: file.read_bytes() for file in out.iterdir()}
    assert main(asked) == 1
    assert f"{out} holds a run already" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in out.iterdir()} == left


def test_a_run_that_left_no_config_is_not_written_over(
    striped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "metrics.jsonl").write_text("{}\n")
    assert main(["pretext", "resnet18", "--data", str(striped), "--out", str(tmp_path)]) == 1
    assert "name another folder" in capsys.readouterr().err


def test_a_classifier_is_no_generator(striped: Path, tmp_path: Path) -> None:
    photos, _problems = read_labelled([striped], 32)
    folder = begun(tmp_path / "run")
    checkpoint = Pretext(ClassifierOptions(classes=2), replace(QUICK, epochs=1), photos, folder).train()
    assert load_network(checkpoint, ["classifier"]).options.classes == 2
    with pytest.raises(CheckpointError, match="of the kind classifier"):
        load_checkpoint(checkpoint)
