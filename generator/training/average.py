"""The running mean of a network's weights, which colours better than the weights that learn."""

from copy import deepcopy

import torch

from generator.networks.registry import Generator


class Average:
    """An exponential moving average (Polyak and Juditsky 1992; Karras et al. 2018, on training configuration)."""

    def __init__(self, network: Generator, decay: float) -> None:
        self.network: Generator = deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def follow(self, network: Generator) -> None:
        """It follows quickly at first, when the weights are still bad.

        So does TensorFlow's ExponentialMovingAverage, whose convention (1 + steps) / (10 + steps) is.
        """
        self.steps += 1
        pace = 1 - min(self.decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(list(self.network.parameters()), list(network.parameters()), pace)
        for mean, value in zip(self.network.buffers(), network.buffers(), strict=True):
            mean.lerp_(value, pace) if mean.is_floating_point() else mean.copy_(value)
