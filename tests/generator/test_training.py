"""Training: it learns what it is shown, plays the game by its rules, and leaves a run folder."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.batches import Crops
from generator.checkpoint import describe, load_checkpoint
from generator.colorizer import Colorizer
from generator.data import DataError, PhotoSet
from generator.lab import rgb_to_lab
from generator.networks.discriminators import PatchOptions
from generator.networks.registry import build
from generator.networks.unet import UNetOptions
from generator.training import watch
from generator.training.curves import EVALUATIONS, LOSSES
from generator.training.game import Game, TrainingError, slope
from generator.training.labels import Labels
from generator.training.options import Configuration, SetOptions, Stage
from generator.training.processes import Processes
from generator.training.run_folder import RunFolder
from generator.training.trainer import Trainer
from tests.generator.photos import TINY, four_photos

SLIM = PatchOptions(channels=(8, 8, 8, 8))
REGRESSION = Stage("regression", {"encoder": 3e-3, "decoder": 3e-3}, steps=4, batch=8, size=32, smallest_crop=0.9)
GAME = Stage(
    "game", {"encoder": 1e-3, "decoder": 1e-3, "discriminator": 1e-3}, steps=4, batch=8, size=32, adversarial=1.0
)


def configuration(*stages: Stage, **changes: object) -> Configuration:
    values = {"discriminator": SLIM, "photos": SetOptions(64, held_out=4), "evaluations": 1, **changes}
    return Configuration(about="a test", network=TINY, stages=stages, **values)  # type: ignore[arg-type]


def trained(out: Path, wanted: Configuration, seed: int = 0, photos: PhotoSet | None = None) -> Trainer:
    trainer = Trainer(wanted, {"few": photos or four_photos()}, RunFolder(out), seed=seed, half=False)
    trainer.folder.begin({"configuration": wanted.to_json()})
    trainer.train()
    return trainer


def game(stage: Stage) -> tuple[Game, torch.nn.Module, torch.nn.Module]:
    torch.manual_seed(0)
    generator, judge = build(TINY), build(SLIM)
    labels = Labels("hard", torch.Generator().manual_seed(0))
    return Game(stage, generator, judge, labels, Processes(), half=False), generator, judge


def weights(module: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in module.parameters()])


def test_it_overfits_four_photos_to_less_than_two_units_of_ab() -> None:
    torch.manual_seed(0)
    stage = Stage("memory", {"encoder": 3e-3, "decoder": 3e-3}, steps=400, batch=4, size=32, weight_decay=0.0)
    network = build(UNetOptions(channels=(16, 16, 32, 32, 32, 32), size=32))
    labels = Labels("hard", torch.Generator())
    players = Game(stage, network, None, labels, Processes(), half=False)
    rgb = Crops(32, 1.0).draw(four_photos().learn, torch.Generator().manual_seed(0))
    for step in range(stage.steps):
        players.learn(rgb, (step + 1) / stage.steps)
    lab = rgb_to_lab(rgb)
    with torch.no_grad():
        made = network(lab[:, :1])
    assert float((made - lab[:, 1:]).abs().mean()) < 2


def test_the_discriminator_learns_to_tell_photos_from_frozen_noise() -> None:
    stage = Stage("judge", {"discriminator": 2e-3}, steps=60, batch=16, size=32, constant=True, weight_decay=0.0)
    players, generator, _judge = game(stage)
    torch.nn.init.normal_(generator.decoder.exit.weight, std=2.0)  # colours without sense, and they stay so
    before = weights(generator)
    rgb = Crops(32, 0.9).draw(four_photos().learn.repeat(4, 1, 1, 1), torch.Generator().manual_seed(0))
    accuracies = [players.learn(rgb, (step + 1) / stage.steps)["accuracy"] for step in range(stage.steps)]
    assert sum(accuracies[-10:]) / 10 > 0.9
    assert torch.equal(weights(generator), before)


def test_only_the_parts_that_a_stage_names_learn() -> None:
    players, generator, judge = game(replace(GAME, rates={"decoder": 1e-3}))
    encoder, decoder, judging = weights(generator.encoder), weights(generator.decoder), weights(judge)
    players.learn(torch.rand(8, 3, 32, 32), 0.5)
    assert torch.equal(weights(generator.encoder), encoder)
    assert torch.equal(weights(judge), judging)
    assert not torch.equal(weights(generator.decoder), decoder)


def test_a_part_with_frozen_norms_keeps_their_statistics() -> None:
    players, generator, _judge = game(replace(GAME, frozen_norm=("encoder",)))
    before = {name: value.clone() for name, value in generator.named_buffers()}
    players.learn(torch.rand(8, 3, 32, 32), 0.5)
    changed = {name for name, value in generator.named_buffers() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith("decoder") for name in changed)


def test_a_discriminator_that_is_right_too_often_rests() -> None:
    players, _generator, judge = game(replace(GAME, rests_above=-1.0))
    before = weights(judge)
    players.learn(torch.rand(8, 3, 32, 32), 0.5)
    assert torch.equal(weights(judge), before)


def test_the_generator_learns_through_the_discriminator_alone_where_pixels_count_nothing() -> None:
    players, generator, _judge = game(replace(GAME, pixel=0.0))
    torch.nn.init.normal_(generator.decoder.exit.weight, std=0.1)
    before = weights(generator)
    numbers = players.learn(torch.rand(8, 3, 32, 32), 0.5)
    assert numbers["generator_gradient"] > 0
    assert not torch.equal(weights(generator), before)


def test_a_loss_that_is_no_number_stops_the_run() -> None:
    players, generator, _judge = game(REGRESSION)
    torch.nn.init.constant_(generator.decoder.exit.weight, float("nan"))
    with pytest.raises(TrainingError, match="stage regression huber is nan"):
        players.learn(torch.rand(8, 3, 32, 32), 0.5)


def test_a_run_leaves_what_it_was_told_its_numbers_pictures_and_checkpoints(tmp_path: Path) -> None:
    wanted = configuration(REGRESSION, GAME)
    trained(tmp_path, wanted)
    assert Configuration.from_json(RunFolder(tmp_path).config()["configuration"]) == wanted
    training = describe(tmp_path / "last.safetensors")["training"]
    assert [(stage["name"], stage["steps"]) for stage in training["stages"]] == [("regression", 4), ("game", 4)]
    assert load_checkpoint(tmp_path / "best.safetensors").options == TINY
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["at"] for line in lines if "held_out" not in line] == list(range(1, 9))
    assert {"accuracy", "logit_gap", "generator_gradient", "decoder_rate"} <= set(lines[-2])
    assert lines[-1]["held_out"] == "few"
    assert {*LOSSES, *EVALUATIONS} <= {name for line in lines for name in line}, "each curve has points"
    for picture in ("curves.png", "samples-000008-few.png"):
        assert Image.open(tmp_path / picture).width > 100


@pytest.mark.parametrize("count", [3, 12])
def test_the_samples_show_all_photos_also_where_a_row_is_not_full(count: int, tmp_path: Path) -> None:
    photos = (four_photos().held_out * 2)[:count]
    RunFolder(tmp_path).write_samples("all", photos, Colorizer(build(TINY)))
    columns, rows = min(count, 8), 2 * -(-count // 8)
    grid = np.asarray(Image.open(tmp_path / "samples-all.png"))
    assert grid.shape == (64 * rows, 64 * columns, 3)
    top, left = 64 * (rows - 2), 64 * ((count - 1) % 8)
    assert np.array_equal(grid[top : top + 64, left : left + 64], photos[-1])
    assert (grid[top:, left + 64 :] == 255).all()


def test_what_is_measured_and_kept_is_the_running_mean_of_the_weights(tmp_path: Path) -> None:
    """By the formula, from the weights after each of four real steps: the decay holds from the third on."""
    wanted = configuration(replace(REGRESSION, constant=True), ema_decay=0.3)
    trainer = Trainer(wanted, {"few": four_photos()}, RunFolder(tmp_path), half=False)
    trainer.folder.begin({})
    expected, after = weights(trainer.generator), []
    follow = trainer.average.follow
    trainer.average.follow = lambda network: (after.append(weights(network)), follow(network))  # type: ignore[assignment]
    trainer.train()
    for step, learned in enumerate(after, start=1):
        decay = min(0.3, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * learned
    assert len(after) == REGRESSION.steps
    torch.testing.assert_close(weights(trainer.average.network), expected, rtol=0, atol=1e-6)
    kept = weights(load_checkpoint(tmp_path / "last.safetensors"))
    rounding = (kept - expected).abs().mean()  # to half precision
    assert rounding < 0.1 * (kept - after[-1]).abs().mean()


@pytest.mark.parametrize(("half", "precision"), [(True, torch.bfloat16), (False, torch.float32)])
def test_convolutions_compute_channels_last_and_in_half_precision_unless_told_otherwise(
    half: bool, precision: torch.dtype, tmp_path: Path
) -> None:
    wanted = configuration(replace(GAME, steps=1))
    trainer = Trainer(wanted, {"few": four_photos()}, RunFolder(tmp_path), half=half)
    trainer.folder.begin({})
    seen = []

    def look(_module: object, _given: object, made: torch.Tensor) -> None:
        laid_out = made.is_contiguous(memory_format=torch.channels_last) and not made.is_contiguous()
        seen.append((made.dtype, laid_out))

    assert trainer.discriminator is not None
    learning = trainer.generator.encoder.stem[0], trainer.generator.decoder.exit, trainer.discriminator.layers[0]
    for layer in learning:
        layer.register_forward_hook(look)
    trainer.train()
    assert len(seen) == 4, "one pass of the generator, two of the discriminator"
    assert set(seen) == {(precision, True)}
    assert all(layer.weight.dtype == torch.float32 for layer in learning), "weights learn in full precision"


def test_half_of_what_the_discriminator_learns_from_is_real_and_half_generated() -> None:
    players, generator, judge = game(GAME)
    torch.nn.init.normal_(generator.decoder.exit.weight, std=0.1)
    made, judged = [], []
    generator.register_forward_hook(lambda _module, _given, ab: made.append(ab.detach().clone()))
    judge.register_forward_pre_hook(lambda _module, given: judged.append([part.detach().clone() for part in given]))
    rgb = torch.rand(8, 3, 32, 32)
    players.learn(rgb, 0.5)
    lab = rgb_to_lab(rgb)
    lightness, ab = judged[0]
    assert torch.equal(lightness, torch.cat([lab[4:, :1], lab[:4, :1]]))
    assert torch.equal(ab, torch.cat([lab[4:, 1:], made[0]]))


def test_the_same_seed_gives_the_same_weights_and_another_one_others(tmp_path: Path) -> None:
    wanted = configuration(GAME)
    runs = [trained(tmp_path / str(number), wanted, seed) for number, seed in enumerate((0, 0, 1))]
    first, again, other = (weights(run.average.network) for run in runs)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_folder_that_holds_a_run_is_not_overwritten(tmp_path: Path) -> None:
    trained(tmp_path, configuration(REGRESSION))
    with pytest.raises(DataError, match="--resume"):
        trained(tmp_path, configuration(REGRESSION))


def test_photos_smaller_than_a_stage_are_not_enlarged_for_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="needs photos of 128 pixels"):
        trained(tmp_path, configuration(replace(REGRESSION, size=128)))


def test_a_stage_without_photos_is_refused_before_the_first_one_is_trained(tmp_path: Path) -> None:
    wanted = configuration(REGRESSION, replace(REGRESSION, name="large", size=128))
    with pytest.raises(DataError, match="Stage large needs photos of 128 pixels"):
        Trainer(wanted, {"few": four_photos()}, RunFolder(tmp_path), half=False)


def test_a_run_of_which_nothing_will_be_measured_says_so_and_why(tmp_path: Path) -> None:
    """None is held out, or only such as are smaller than what the run arrives at."""
    large = four_photos()
    small = replace(large, learn=large.learn[:, :, ::2, ::2], held_out=[one[::2, ::2] for one in large.held_out])
    wanted, folder = configuration(replace(REGRESSION, size=64)), RunFolder(tmp_path)
    sets = {"small": small, "large": replace(large, held_out=[])}
    assert "no source holds out photos of 64 pixels" in Trainer(wanted, sets, folder).unmeasured
    assert Trainer(wanted, {"small": small, "large": large}, folder).unmeasured == ""


def test_every_stage_is_judged_at_the_size_that_the_run_arrives_at(tmp_path: Path) -> None:
    large, small = four_photos(), four_photos()
    small = replace(
        small, learn=small.learn[:, :, ::2, ::2].contiguous(), held_out=[one[::2, ::2] for one in small.held_out]
    )
    wanted = configuration(replace(REGRESSION, name="first"), replace(REGRESSION, name="second", size=64))
    trainer = Trainer(wanted, {"large": large, "small": small}, RunFolder(tmp_path), half=False)
    trainer.folder.begin({})
    trainer.train()
    assert [set(stage["held_out"]) for stage in trainer.record["stages"]] == [{"large"}, {"large"}]


def test_a_lost_run_ends_at_the_step_that_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "TOO_SURE", -1.0)
    monkeypatch.setattr(watch, "PATIENCE", 2)
    with pytest.raises(TrainingError, match="stage game at step 2: the discriminator was right"):
        trained(tmp_path / "stops", configuration(GAME))
    goes_on = trained(tmp_path / "goes-on", configuration(GAME, stops=False))
    assert goes_on.record["stages"][0]["steps"] == GAME.steps


def test_a_stage_ends_once_the_discriminator_is_good_enough(tmp_path: Path) -> None:
    alone = Stage("judge", {"discriminator": 1e-3}, steps=50, batch=8, size=32, until_accuracy=0.3)
    trainer = trained(tmp_path, configuration(alone))
    assert trainer.record["stages"][0]["steps"] < 50


def test_a_gradient_that_is_no_number_reaches_no_weight() -> None:
    players, generator, _judge = game(REGRESSION)
    generator.decoder.exit.weight.register_hook(lambda gradient: gradient * float("nan"))
    before = weights(generator)
    with pytest.raises(TrainingError, match="a gradient is nan"):
        players.learn(torch.rand(8, 3, 32, 32), 0.5)
    assert torch.equal(weights(generator), before)


def test_a_batch_that_processes_cannot_share_evenly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="3 processes"):
        Trainer(configuration(GAME), {"few": four_photos()}, RunFolder(tmp_path), processes=Processes(0, 3))


def test_the_learning_rate_rises_and_falls_to_nothing() -> None:
    assert [slope(progress) for progress in (0.0, 0.03, 0.5, 1.0)] == pytest.approx([0, 1, 0.5, 0], abs=0.01)
    assert slope(1.0, constant=True) == 1


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"rates": {"head": 1e-3}}, "head"),
        ({"batch": 10, "accumulate": 4}, "divide by 8"),
        ({"size": 50}, "multiple of 32"),
    ],
)
def test_a_stage_that_cannot_be_is_refused(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(GAME, **wrong)


def test_a_game_needs_a_discriminator_and_known_labels() -> None:
    with pytest.raises(ValueError, match="asks for a discriminator"):
        configuration(GAME, discriminator=None)
    with pytest.raises(ValueError, match="labels is 'soft'"):
        configuration(GAME, labels="soft")
