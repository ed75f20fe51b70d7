"""One process, or several that torchrun started, each with a GPU or CPU of its own.

torchrun --nproc-per-node 2 -m generator train …

Together they learn what one would from whole batches: gradients are means over all processes, and so are the statistics
of batch norms (generator.training.norms) and all numbers that are logged. Sums in another order round otherwise, so
weights differ a little. With dropout they differ by chance too: each process draws masks of its own for its share of a
batch, which are other ones than one process draws for all of it.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from generator.devices import usual_device


@dataclass(frozen=True)
class Processes:
    """Which of how many this is. The first one writes the run folder."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    def together(self, module: nn.Module) -> nn.Module:
        """The module with gradients that are means over all processes."""
        if self.count == 1 or not any(parameter.requires_grad for parameter in module.parameters()):
            return module
        return DistributedDataParallel(module)

    def means(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """The mean of each number over all processes, which all name the same ones, so that all decide alike."""
        if self.count == 1:
            return dict(numbers)
        device = "cuda" if dist.get_backend() == "nccl" else "cpu"
        totals = torch.tensor(list(numbers.values()), dtype=torch.float64, device=device)
        dist.all_reduce(totals)
        return dict(zip(numbers, (totals / self.count).tolist(), strict=True))

    @contextmanager
    def own_randomness(self) -> Iterator[None]:
        """What torch draws in here, as dropout does, is of this process' own: all of them began with one seed.

        Afterwards all would draw the same again, so the random state that the first one saves is that of all.
        """
        if self.count == 1:
            yield
            return
        seed = int(torch.randint(2**62, ()))
        on_gpu = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
        with torch.random.fork_rng([torch.cuda.current_device()] if on_gpu else []):
            torch.manual_seed(seed + self.rank)
            yield

    def wait(self) -> None:
        """Returns once all processes have come to this; at once for one alone."""
        if self.count > 1:
            dist.barrier()


@contextmanager
def joined(device: torch.device | str | None) -> Iterator[tuple[Processes, torch.device]]:
    """The processes that torchrun started, or this one alone, and the device of this one."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    chosen = torch.device(device or usual_device())
    if chosen.type == "cuda":
        _repeat_exactly()
    if count == 1:
        yield Processes(), chosen
        return
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(chosen)
        dist.init_process_group("nccl", device_id=chosen)
    else:
        dist.init_process_group("gloo")
    try:
        yield Processes(dist.get_rank(), count), chosen
    finally:
        dist.destroy_process_group()


def _repeat_exactly() -> None:
    """On a GPU the same seed gives the same weights only with slower ways to compute, where there are such; torch
    warns where there are none. cuBLAS reads its setting when it starts.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)
