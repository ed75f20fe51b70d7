"""Training: it learns what it is shown and leaves a checkpoint."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.checkpoint import describe, load_checkpoint
from generator.colorizer import Photo
from generator.configurations import CONFIGURATIONS, Configuration, SetOptions, Stage
from generator.data import Batches, DataError, PhotoSet, read_photo_set, read_squares
from generator.training import Trainer, TrainingError, learning_rate
from tests.generator.photos import TINY, astronaut, coffee

STAGE = Stage("small", {"few": 1.0}, size=32, batch=8, steps=40, learning_rate=3e-3, smallest_crop=0.9, knee=10.0)


@pytest.fixture
def few() -> PhotoSet:
    photos = [coffee()[:128, :128], astronaut()[:128, :128], coffee()[200:328, 200:328], astronaut()[128:256, :128]]
    pixels = torch.from_numpy(np.stack(photos)).movedim(-1, 1).contiguous()
    return PhotoSet(learn=pixels, held_out=photos, problems=[])


def train(few: PhotoSet, out: Path, *stages: Stage) -> Trainer:
    configuration = Configuration(TINY, {"few": SetOptions(128, held_out=4)}, stages)
    trainer = Trainer(configuration, {"few": few}, out, evaluations=1, seed=0)
    trainer.train()
    return trainer


def write(folder: Path, name: str, photo: Photo) -> None:
    Image.fromarray(photo).save(folder / name)


def test_it_learns_the_colours_of_a_few_photos(few: PhotoSet, tmp_path: Path) -> None:
    trainer = train(few, tmp_path, STAGE)
    numbers = trainer.record["stages"][-1]["held_out"]["few"]
    assert numbers["ab_error"] < 0.75 * numbers["ab_error_grey"]
    assert numbers["colourfulness"] > 0.4 * numbers["colourfulness_truth"]


def test_a_run_leaves_a_checkpoint_its_numbers_and_pictures(few: PhotoSet, tmp_path: Path) -> None:
    trainer = train(few, tmp_path, replace(STAGE, steps=3))
    training = describe(trainer.checkpoint)["training"]
    assert training["runs"][0]["stages"][0]["steps"] == 3
    assert training["runs"][0]["photos"] == {"few": 4}
    assert load_checkpoint(trainer.checkpoint).options == TINY
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "step" in line] == [1, 2, 3]
    assert lines[-1]["held_out"] == "few"


def test_a_stage_ends_at_its_minutes(few: PhotoSet, tmp_path: Path) -> None:
    trainer = train(few, tmp_path, replace(STAGE, steps=10_000, minutes=0.01))
    assert 0 < trainer.record["stages"][0]["steps"] < 100


def test_the_same_seed_gives_the_same_weights(few: PhotoSet, tmp_path: Path) -> None:
    first, again = (train(few, tmp_path / name, replace(STAGE, steps=2)) for name in ("first", "again"))
    assert torch.equal(first.network.decoder.exit.weight, again.network.decoder.exit.weight)


def test_a_loss_that_is_no_number_stops_the_run(few: PhotoSet, tmp_path: Path) -> None:
    trainer = train(few, tmp_path, replace(STAGE, steps=1))
    torch.nn.init.constant_(trainer.network.decoder.exit.weight, float("nan"))
    with pytest.raises(TrainingError, match="small is nan"):
        trainer.train()


def test_the_learning_rate_rises_and_falls_to_nothing() -> None:
    rates = [learning_rate(STAGE, progress) for progress in (0.0, 0.03, 0.5, 1.0)]
    assert rates == pytest.approx([0, STAGE.learning_rate, STAGE.learning_rate / 2, 0], rel=0.01)


def test_crops_are_photos_and_shares_are_kept() -> None:
    dark, light = torch.zeros(2, 3, 40, 40, dtype=torch.uint8), torch.full((2, 3, 40, 40), 255, dtype=torch.uint8)
    random = torch.Generator().manual_seed(0)
    batch = Batches({"dark": dark, "light": light}, {"dark": 0.75, "light": 0.25}, random).draw(400, 16, 0.5)
    assert batch.shape == (400, 3, 16, 16)
    assert ((batch.flatten(1).amin(1) > 0.99) | (batch.flatten(1).amax(1) < 0.01)).all()
    assert 0.15 < float(batch.mean()) < 0.35


def test_photos_come_from_folders_and_zips_and_bad_ones_are_named(tmp_path: Path) -> None:
    write(tmp_path, "coffee.png", coffee())
    (tmp_path / "broken.jpg").write_bytes(b"not a photo")
    content = io.BytesIO()
    Image.fromarray(astronaut()).save(content, "PNG")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("people/astronaut.png", content.getvalue())
    photos, problems = read_squares([tmp_path, tmp_path / "more.zip"], 32, palest=0)
    assert [photo.shape for photo in photos] == [(32, 32, 3)] * 2
    assert len(problems) == 1
    assert "broken.jpg" in problems[0]


def test_pale_photos_are_left_out_and_none_left_is_said(tmp_path: Path) -> None:
    write(tmp_path, "grey.png", np.repeat(coffee()[..., :1], 3, axis=2))
    with pytest.raises(DataError, match="0 colourful photos"):
        read_photo_set([tmp_path], SetOptions(32, held_out=0))


def test_a_source_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no .*nowhere"):
        read_squares([tmp_path / "nowhere"], 32, palest=0)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_configuration_uses_only_the_photo_sets_it_names(name: str) -> None:
    configuration = CONFIGURATIONS[name]
    for stage in configuration.stages:
        assert set(stage.shares) <= set(configuration.photo_sets)
        assert sum(stage.shares.values()) == pytest.approx(1)
        assert stage.size % 32 == 0
    assert json.dumps(configuration.to_json())
