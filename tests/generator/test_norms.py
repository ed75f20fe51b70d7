"""Batch norms of two processes see one whole batch between them."""

import subprocess
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

CODE = """
import sys
import torch
import torch.distributed as dist
from tests.generator.test_norms import learned, network
from generator.training.norms import share_statistics

torch.set_num_threads(1)
dist.init_process_group("gloo")
shared = network()
share_statistics(shared)
torch.save(learned(shared, dist.get_rank(), 2), sys.argv[1] + str(dist.get_rank()))
dist.destroy_process_group()
"""


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Sequential(nn.BatchNorm2d(4)))


def learned(network: nn.Module, rank: int, count: int) -> dict[str, Tensor]:
    """What one of `count` processes gets for every count-th picture, with its gradients and the statistics."""
    pictures = torch.rand(8, 3, 6, 6, generator=torch.Generator().manual_seed(1)) * 5 + 3
    made = network(pictures[rank::count])
    made.pow(3).mean().backward()
    gradients = {f"{name} gradient": weight.grad for name, weight in network.named_parameters()}
    evaluated = network.eval()(pictures)
    return {"made": made.detach(), "evaluated": evaluated.detach(), **gradients, **network.state_dict()}


def test_two_processes_give_what_torchs_batch_norm_gives_one(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text(CODE)
    argv = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "two.py", "rank"]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    parts = [torch.load(tmp_path / f"rank{rank}") for rank in (0, 1)]
    alone = learned(network(), 0, 1)
    for name, expected in alone.items():
        if name == "made":
            found = torch.stack([part[name] for part in parts], dim=1).flatten(0, 1)
        else:
            found = (parts[0][name] + parts[1][name]) / 2  # as DistributedDataParallel does with gradients
        torch.testing.assert_close(found, expected.to(found.dtype), rtol=1e-4, atol=1e-5)
    for name in network().state_dict():
        assert torch.equal(parts[0][name], parts[1][name])
