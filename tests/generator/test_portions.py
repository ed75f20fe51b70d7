"""Memory that runs out in training: batches are learned from in portions, which is said once."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from generator.checkpoint import describe
from generator.memory import OutOfMemory
from generator.networks.encoders import ClassifierOptions
from generator.portions import Portions
from generator.pretext import LabelledPhotos, Pretext, PretextOptions
from generator.training.run_folder import RunFolder
from generator.training.trainer import Trainer
from tests.generator.photos import four_photos
from tests.generator.test_training import GAME, REGRESSION, configuration, game, weights

QUICK = PretextOptions(epochs=1, batch=16, size=32, held_out=16)


def full(*_given: object) -> None:
    """The allocator's own error."""
    raise torch.OutOfMemoryError("out of memory")


def pretext(out: Path) -> Pretext:
    """Of 64 photos of noise in two classes."""
    random = torch.Generator().manual_seed(0)
    pixels = torch.randint(256, (64, 1, 32, 32), generator=random, dtype=torch.uint8)
    folder = RunFolder(out)
    folder.begin({})
    photos = LabelledPhotos(pixels, torch.arange(64) % 2, ["even", "odd"])
    return Pretext(ClassifierOptions(classes=2), QUICK, photos, folder)


def test_parts_of_a_batch_add_up_to_the_whole() -> None:
    rgb = torch.rand(8, 3, 32, 32)
    frozen = replace(REGRESSION, frozen_norm=("encoder", "decoder"))
    whole, generator, _judge = game(frozen)
    parts, again, _judge = game(replace(frozen, accumulate=4))
    whole.learn(rgb, 0.5)
    parts.learn(rgb, 0.5)
    torch.testing.assert_close(weights(generator.decoder), weights(again.decoder), rtol=0, atol=3e-5)


def test_a_batch_too_large_for_the_memory_is_cut_and_learned() -> None:
    """Memory runs out where it really would: in the forward pass of more than four photos."""
    players, generator, _judge = game(REGRESSION)
    generator.register_forward_pre_hook(lambda _module, given: full() if len(given[0]) > 4 else None)
    numbers = players.learn(torch.rand(8, 3, 32, 32), 0.5)
    assert numbers["huber"] > 0
    assert players.portions.count == 2


def test_memory_that_runs_out_while_the_discriminator_judges_changes_nothing_but_the_parts() -> None:
    players, _generator, judge = game(GAME)
    whole, _again, _judge = game(replace(GAME, accumulate=2))

    def narrow(_module: object, given: tuple[torch.Tensor, ...]) -> None:
        if len(given[0]) == 4 and players.portions.count == 1:  # the generator's own pass: half of eight photos
            full()

    judge.register_forward_pre_hook(narrow)
    rgb = torch.rand(8, 3, 32, 32)
    players.learn(rgb, 0.5)
    assert all(parameter.requires_grad for parameter in judge.parameters())
    assert players.learn(rgb, 0.5).keys() == whole.learn(rgb, 0.5).keys()


def test_a_batch_of_which_no_part_fits_ends_the_run() -> None:
    players, generator, _judge = game(REGRESSION)
    generator.register_forward_pre_hook(full)
    with pytest.raises(OutOfMemory, match="suffice to learn from 2 photos at once; free some"):
        players.learn(torch.rand(8, 3, 32, 32), 0.5)
    assert players.portions.count == 4


def test_that_batches_are_cut_is_said_once_in_a_run_however_often_it_happens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = configuration(replace(REGRESSION, name="first"), replace(REGRESSION, name="second"))
    trainer = Trainer(wanted, {"few": four_photos()}, RunFolder(tmp_path), half=False)
    trainer.folder.begin({})
    trainer.generator.register_forward_pre_hook(lambda _module, given: full() if len(given[0]) > 2 else None)
    with caplog.at_level(logging.WARNING):
        trainer.train()
    assert trainer.at == 8
    assert trainer.portions.count == 4
    said = [record.message for record in caplog.records if "memory" in record.message]
    assert said == ["Out of memory with 8 photos at once: learning from 4, or fewer."]


def test_one_of_several_processes_does_not_cut_its_batch_but_says_what_to_do() -> None:
    with pytest.raises(OutOfMemory, match="from 8 photos at once: start more processes, or one"):
        Portions(alone=False).learn(8, full)


def test_an_encoder_learns_in_portions_too(tmp_path: Path) -> None:
    learner = pretext(tmp_path)
    learner.network.register_forward_pre_hook(lambda _module, given: full() if len(given[0]) > 4 else None)
    before = learner.network.encoder.stem[0].weight.detach().clone()
    checkpoint = learner.train()
    assert learner.portions.count == 4
    assert not torch.equal(learner.network.encoder.stem[0].weight, before)
    assert describe(checkpoint)["training"]["epochs"][0]["loss"] < float("inf")


def test_portions_of_an_encoders_batch_add_up_to_the_whole(tmp_path: Path) -> None:
    learner = pretext(tmp_path)
    learner.network.eval()  # each portion has statistics of its own for a batch norm that learns
    optimizer = torch.optim.SGD(learner.network.parameters())
    crops, labels = learner.pixels[:16].float() / 255, learner.labels[:16]
    sums = []
    for learner.portions.count in (1, 4):
        loss = learner._add_gradients(optimizer, crops, labels)
        weight = next(learner.network.encoder.stages[3].parameters())
        sums.append((loss, float(weight.grad.norm())))
    assert sums[1] == pytest.approx(sums[0], rel=0.02)
