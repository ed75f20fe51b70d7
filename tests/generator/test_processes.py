"""Two processes with a gradient between them learn what one alone would."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from generator.networks.registry import build
from generator.training.game import Game
from generator.training.labels import Labels
from generator.training.processes import Processes
from tests.generator.photos import TINY
from tests.generator.test_training import REGRESSION

TWO = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
CODE = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
from generator.training.processes import joined
from generator.training.run_folder import RunFolder
from generator.training.trainer import Trainer
from tests.generator.photos import four_photos
from tests.generator.test_training import GAME, REGRESSION, configuration

torch.set_num_threads(1)
stages = {"regression": replace(REGRESSION, steps=3), "game": replace(GAME, steps=3, frozen_norm=("encoder",))}
wanted = configuration(*(stages[name] for name in sys.argv[2:]), labels="thesis")
with joined("cpu") as (processes, device):
    folder = RunFolder(Path(sys.argv[1]), writes=processes.first)
    folder.begin({"configuration": wanted.to_json()})
    Trainer(wanted, {"few": four_photos()}, folder, half=False, device=device, processes=processes).train()
    sys.stdout.write(f"{processes.count}\\n")  # at once: print would write two pieces, and the processes share a pipe
"""


def run(out: Path, *launcher: str, stages: Sequence[str] = ("regression", "game")) -> str:
    script = out.with_suffix(".py")
    script.write_text(CODE)
    argv = [sys.executable, *launcher, str(script), str(out), *stages]
    root = Path(__file__).parents[2]
    done = subprocess.run(argv, capture_output=True, text=True, env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_gloo_processes_learn_what_one_alone_would(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    assert run(alone).split() == ["1"]
    assert run(together, *TWO).split() == ["2", "2"]
    # Nothing but rounding lies between the gradients of the first steps. Adam then makes of a gradient's last bits a
    # whole step where it is about zero, and live batch norms make more of that: hence the mean, and a wide limit. With
    # statistics of each process' own the weights are further from each other than from where they began.
    for ours, theirs in zip(steps(together)[:2], steps(alone)[:2], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3)
    first, second = (learned(out) for out in (alone, together))
    torch.manual_seed(0)
    begun = torch.cat([weight.detach().flatten() for weight in build(TINY).parameters()])
    moved = (first - begun).abs().mean()
    assert moved > 1e-4
    assert (first - second).abs().mean() < 0.3 * moved


def test_two_processes_log_of_the_game_what_one_alone_would(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    run(alone, stages=["game"])
    run(together, *TWO, stages=["game"])
    first, second = (steps(out)[:2] for out in (alone, together))
    for one, two in zip(first, second, strict=True):
        assert two == pytest.approx(one, rel=1e-3, abs=1e-5)
        assert {"huber", "adversarial", "discriminator_loss", "accuracy", "real_right", "logit_gap"} < set(one)
        assert {"generator_gradient", "discriminator_gradient"} < set(one)


class Apart(Processes):
    """One of two processes, with nothing between them."""

    def together(self, module: nn.Module) -> nn.Module:
        return module

    def means(self, numbers: Mapping[str, float]) -> dict[str, float]:
        return dict(numbers)


def test_dropout_leaves_out_other_features_in_each_process() -> None:
    losses = []
    for rank in (0, 1):
        torch.manual_seed(0)
        generator = build(replace(TINY, dropout=0.5))
        nn.init.normal_(generator.decoder.exit.weight)
        game = Game(REGRESSION, generator, None, Labels("hard", torch.Generator()), Apart(rank, 2), half=False)
        losses.append(game.learn(torch.rand(8, 3, 32, 32), 0.5)["huber"])
    assert losses[0] != losses[1]


def test_processes_that_began_alike_draw_other_masks_and_go_on_alike() -> None:
    masks, after = [], []
    for rank in (0, 1):
        torch.manual_seed(0)
        with Processes(rank, 2).own_randomness():
            masks.append(torch.rand(8))
        after.append(torch.rand(8))
    assert not torch.equal(*masks)
    assert torch.equal(*after)


def test_one_process_draws_what_it_would_have_drawn() -> None:
    torch.manual_seed(0)
    expected = torch.rand(8)
    torch.manual_seed(0)
    with Processes().own_randomness():
        assert torch.equal(torch.rand(8), expected)


def steps(out: Path) -> list[dict[str, float]]:
    """The numbers of each step, without the stages' names."""
    lines = map(json.loads, (out / "metrics.jsonl").read_text().splitlines())
    return [{name: number for name, number in line.items() if name != "stage"} for line in lines if "step" in line]


def learned(out: Path) -> torch.Tensor:
    """The generator's weights in full precision."""
    state = torch.load(out / "state.pt", weights_only=True)["networks"][0]
    return torch.cat([state[name].flatten() for name, _weight in build(TINY).named_parameters()])


def test_only_the_first_process_writes_the_run_folder(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(out, *TWO)
    assert (out / "metrics.jsonl").read_text().count('"step"') == 6
