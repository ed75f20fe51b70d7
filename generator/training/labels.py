"""What the discriminator is told about real and generated colours, and how far it may trust it.

A logit is that of being generated. `thesis` are the noisy labels of the thesis: real images are labelled U(0, 0.49),
generated ones U(0.5, 0.99). Never read the loss they give: a perfect discriminator's is 0.562 and a blind one's 0.693.
`one-sided` is Salimans et al. 2016 (section 3.4), `hinge` Lim and Ye 2017, `least-squares` Mao et al. 2017.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

KINDS = ("thesis", "hard", "one-sided", "hinge", "least-squares")

REAL, GENERATED = (0.0, 0.49), (0.5, 0.99)  # the thesis' ranges
ONE_SIDED_REAL = 0.1


class Labels:
    """The losses of both players under one kind of labels. Logits are (B, …), labels one for each image.

    Each of `count` processes draws the labels of all and uses its own, as it does with photos.
    """

    def __init__(self, kind: str, random: torch.Generator, rank: int = 0, count: int = 1) -> None:
        self.kind = kind
        self.random = random
        self.rank, self.count = rank, count

    @property
    def boundary(self) -> float:
        """The logit between real and generated."""
        return 0.5 if self.kind == "least-squares" else 0.0

    def real(self, count: int) -> Tensor:
        """Labels (count,) for real images."""
        if self.kind == "thesis":
            return self._uniform(count, *REAL)
        return torch.full((count,), ONE_SIDED_REAL if self.kind == "one-sided" else 0.0)

    def generated(self, count: int) -> Tensor:
        """Labels (count,) for generated images."""
        return self._uniform(count, *GENERATED) if self.kind == "thesis" else torch.ones(count)

    def discriminator_loss(self, real: Tensor, generated: Tensor) -> Tensor:
        """How wrong the discriminator is about both."""
        if self.kind == "hinge":
            return (F.relu(1 + real).mean() + F.relu(1 - generated).mean()) / 2
        return (self._loss(real, self.real(len(real))) + self._loss(generated, self.generated(len(generated)))) / 2

    def generator_loss(self, generated: Tensor) -> Tensor:
        """How far the discriminator is from taking the generated images for real ones."""
        if self.kind == "hinge":
            return generated.mean()
        # Not one-sided: only the discriminator needs to be held back (Salimans et al. 2016).
        wanted = self.real(len(generated)) if self.kind == "thesis" else torch.zeros(len(generated))
        return self._loss(generated, wanted)

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        wanted = labels.to(logits.device).view(-1, *[1] * (logits.dim() - 1)).expand_as(logits)
        if self.kind == "least-squares":
            return F.mse_loss(logits, wanted)
        return F.binary_cross_entropy_with_logits(logits, wanted)

    def _uniform(self, count: int, low: float, high: float) -> Tensor:
        drawn = torch.rand(count * self.count, generator=self.random)[self.rank :: self.count]
        return low + (high - low) * drawn
