"""A network as it colorizes best: batch norms folded into convolutions, in bf16 where the device is fast at it."""

import copy
from itertools import pairwise
from pathlib import Path
from typing import Literal

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from generator.networks.blocks import place
from generator.networks.registry import Generator

Precision = Literal["fp32", "bf16"]
BF16_FLAGS = {"avx512_bf16", "amx_bf16"}  # of /proc/cpuinfo; a CPU without them emulates bf16, slower than fp32


def fast_precision(device: torch.device) -> Precision:
    """bf16 where the hardware multiplies in it, fp32 anywhere else."""
    fast = (
        torch.cuda.is_bf16_supported(including_emulation=False)
        if device.type == "cuda"
        else bool(BF16_FLAGS & _cpu_flags())
    )
    return "bf16" if fast else "fp32"


def ready(network: Generator, precision: Precision) -> Generator:
    """A copy of the network for inference; the network itself stays as it is, in training or not."""
    copied = fold_batch_norms(copy.deepcopy(network).eval())
    if precision == "bf16":
        for module in copied.modules():
            if isinstance(module, nn.Conv2d):
                module.bfloat16()
    return place(copied, next(network.parameters()).device)


def fold_batch_norms(network: Generator) -> Generator:
    """Each convolution that stands directly before a batch norm takes its scale and shift over, in place.

    Which are neighbours is read from the order in which a module names its parts: true for `blocks.convolution` and
    for torchvision's ResNets, and a test compares the outputs of every generator.
    """
    for module in list(network.modules()):
        for (name, convolution), (next_name, norm) in pairwise(list(module.named_children())):
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(convolution, norm))
                setattr(module, next_name, nn.Identity())
    return network


def _cpu_flags() -> set[str]:
    """What the CPU can do, in Linux' words; nothing on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return {flag for line in lines if line.startswith("flags") for flag in line.split()}
