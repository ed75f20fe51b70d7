"""Batch norms of several processes that normalise by all of a batch, on CPUs as on GPUs."""

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


def share_statistics(module: nn.Module) -> None:
    """Replace the batch norms in `module`, in place; the weights stay the same tensors under the same names.

    torch's own SyncBatchNorm does it on GPUs alone. Each process must have an equal share of each batch.
    """
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            module.register_module(name, SharedBatchNorm(child))
        else:
            share_statistics(child)


class SharedBatchNorm(nn.BatchNorm2d):
    """A batch norm (Ioffe and Szegedy 2015) whose means and variances, while it learns, are over all processes."""

    def __init__(self, norm: nn.BatchNorm2d) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum)
        self.weight, self.bias = norm.weight, norm.bias
        self.running_mean, self.running_var = norm.running_mean, norm.running_var
        self.num_batches_tracked = norm.num_batches_tracked
        self.train(norm.training)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W), in its own precision; the statistics are always of full precision."""
        if not self.training:
            return super().forward(x)
        values = x.float()
        mean = _mean_of_all(values.mean((0, 2, 3)))
        off = values - mean[:, None, None]
        variance = _mean_of_all(off.square().mean((0, 2, 3)))
        self._remember(mean.detach(), variance.detach(), values.numel() // self.num_features * dist.get_world_size())
        scale = self.weight * (variance + self.eps).rsqrt()
        return (off * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """As torch's batch norm does: the running variance is the unbiased one."""
        assert self.running_mean is not None  # noqa: S101 - networks are made with all of these
        assert self.running_var is not None  # noqa: S101
        assert self.num_batches_tracked is not None  # noqa: S101
        assert self.momentum is not None  # noqa: S101
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        self.num_batches_tracked.add_(1)


class _SumOfAll(torch.autograd.Function):
    """Every process has the sum, so that each one's gradient is of what all of them made of it."""

    @staticmethod
    def forward(_context: Any, value: Tensor) -> Tensor:
        return _summed(value)

    @staticmethod
    def backward(_context: Any, gradient: Tensor) -> Tensor:
        return _summed(gradient)


def _mean_of_all(value: Tensor) -> Tensor:
    total: Tensor = _SumOfAll.apply(value)  # type: ignore[no-untyped-call]
    return total / dist.get_world_size()


def _summed(value: Tensor) -> Tensor:
    total = value.clone()
    dist.all_reduce(total)
    return total
