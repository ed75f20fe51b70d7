"""Two processes with a gradient between them learn what one alone would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from generator.networks.registry import build
from tests.generator.photos import TINY

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
wanted = configuration(replace(REGRESSION, steps=3), replace(GAME, steps=3, frozen_norm=("encoder",)))
with joined("cpu") as (processes, device):
    folder = RunFolder(Path(sys.argv[1]), writes=processes.first)
    folder.begin({"configuration": wanted.to_json()})
    Trainer(wanted, {"few": four_photos()}, folder, half=False, device=device, processes=processes).train()
    sys.stdout.write(f"{processes.count}\\n")  # at once: print would write two pieces, and the processes share a pipe
"""


def run(out: Path, *launcher: str) -> str:
    script = out.with_suffix(".py")
    script.write_text(CODE)
    argv = [sys.executable, *launcher, str(script), str(out)]
    root = Path(__file__).parents[2]
    done = subprocess.run(argv, capture_output=True, text=True, env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_gloo_processes_learn_what_one_alone_would(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    assert run(alone).split() == ["1"]
    assert run(together, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2").split() == ["2", "2"]
    # Nothing but rounding lies between the gradients of the first steps. Adam then makes of a gradient's last bits a
    # whole step where it is about zero, and live batch norms make more of that: hence the mean, and a wide limit. With
    # statistics of each process' own the weights are further from each other than from where they began.
    assert gradients(together)[:2] == pytest.approx(gradients(alone)[:2], rel=1e-3)
    first, second = (learned(out) for out in (alone, together))
    torch.manual_seed(0)
    begun = torch.cat([weight.detach().flatten() for weight in build(TINY).parameters()])
    moved = (first - begun).abs().mean()
    assert moved > 1e-4
    assert (first - second).abs().mean() < 0.3 * moved


def gradients(out: Path) -> list[float]:
    """The norm of the generator's gradient at each step."""
    lines = map(json.loads, (out / "metrics.jsonl").read_text().splitlines())
    return [line["generator_gradient"] for line in lines if "generator_gradient" in line]


def learned(out: Path) -> torch.Tensor:
    """The generator's weights in full precision."""
    state = torch.load(out / "state.pt", weights_only=True)["networks"][0]
    return torch.cat([state[name].flatten() for name, _weight in build(TINY).named_parameters()])


def test_only_the_first_process_writes_the_run_folder(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(out, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    assert (out / "metrics.jsonl").read_text().count('"step"') == 6
