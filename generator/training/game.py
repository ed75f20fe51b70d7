"""One stage as a game: the generator and its discriminator, and how both learn from a batch."""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from generator.errors import Refusal
from generator.lab import rgb_to_lab
from generator.networks.registry import Generator
from generator.portions import Portions
from generator.training.colours import huber
from generator.training.labels import Labels
from generator.training.options import Stage
from generator.training.processes import Processes

WARM_UP = 0.03  # of a stage: Adam's first steps are its wildest
GRADIENT_LIMIT = 1.0

Numbers = dict[str, float]


class TrainingError(Refusal):
    """Training that cannot go on, in one sentence."""


class Game:
    """The players of one stage. Only the parts that the stage names learn.

    weights: of the bins of ab, for a stage that rebalances colours.
    portions: those of the stages before, so that a run says only once that it cuts its batches.
    """

    def __init__(
        self,
        stage: Stage,
        generator: Generator,
        discriminator: nn.Module | None,
        labels: Labels,
        processes: Processes,
        *,
        weights: Tensor | None = None,
        half: bool = True,
        portions: Portions | None = None,
    ) -> None:
        self.stage = stage
        self.labels = labels
        self.processes = processes
        self.weights = weights
        self.half = half
        self.portions = portions or Portions(alone=processes.count == 1)
        self.portions.count = stage.accumulate
        self.parts: dict[str, nn.Module] = {"encoder": generator.encoder, "decoder": generator.decoder}
        if discriminator is not None:
            self.parts["discriminator"] = discriminator
        self._let_learn()
        self.generator = processes.together(generator)
        self.judge = discriminator
        self.discriminator = processes.together(discriminator) if discriminator is not None else None
        self.optimizers = {side: self._optimizer(side) for side in ("generator", "discriminator") if self._rates(side)}

    def learn(self, rgb: Tensor, progress: float) -> Numbers:
        """One step on sRGB (B, 3, H, W) in 0..1, at this share 0..1 of the stage; returns the numbers to log,
        which are means over all processes.

        A batch that does not fit in memory is learned from in portions, for the rest of the stage. Raises TrainingError
        where the loss is no number, OutOfMemory where not even two photos fit.
        """
        drawn = self.labels.random.get_state()

        def step() -> Numbers:
            self.labels.random.set_state(drawn)
            with self.processes.own_randomness():
                return self._learn(rgb, progress)

        return self.portions.learn(len(rgb), step)

    def state_dict(self) -> dict[str, Any]:
        """What the optimizers remember and how batches are cut; the weights themselves are the run's to save."""
        sides = {side: optimizer.state_dict() for side, optimizer in self.optimizers.items()}
        return {**sides, "accumulate": self.portions.count}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on as the game of the same stage whose `state_dict` this was."""
        self.portions.count = state["accumulate"]
        for side, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state[side])

    def _learn(self, rgb: Tensor, progress: float) -> Numbers:
        for optimizer in self.optimizers.values():
            optimizer.zero_grad()
        own: dict[str, float] = defaultdict(float)
        for part in rgb.chunk(self.portions.count):
            for name, value in self._add_gradients(part).items():
                own[name] += value / self.portions.count
        means = self.processes.means(own)
        for name, value in means.items():
            if not math.isfinite(value):
                raise TrainingError(f"In stage {self.stage.name} {name} is {value}; lower its learning rates.")
        return {**means, **self._step(progress, means)}

    def _add_gradients(self, rgb: Tensor) -> Numbers:
        lab = rgb_to_lab(rgb)
        mine, others = lab.chunk(2) if self.stage.judged else (lab, lab)
        with torch.set_grad_enabled("generator" in self.optimizers), self._precision(rgb):
            made = self.generator(mine[:, :1])
        numbers = self._judge(mine, others, made.detach()) if self.stage.judged else {}
        if "generator" in self.optimizers:
            numbers |= self._improve(mine, made)
        return numbers

    def _precision(self, like: Tensor) -> torch.autocast:
        """Anew for each pass: it keeps the weights that it has cast, and their gradients with them, until it ends."""
        return torch.autocast(like.device.type, torch.bfloat16, enabled=self.half)

    def _judge(self, mine: Tensor, others: Tensor, made: Tensor) -> Numbers:
        """Half of what the discriminator sees is real, half generated, of different photos."""
        assert self.discriminator is not None  # noqa: S101 - Configuration refuses such a stage
        lightness = torch.cat([others[:, :1], mine[:, :1]])
        with self._precision(made):
            logits = self.discriminator(lightness, torch.cat([others[:, 1:], made]))
        real, generated = logits.split([len(others), len(mine)])
        loss = self.labels.discriminator_loss(real, generated)
        real_right = float((real < self.labels.boundary).float().mean())
        generated_right = float((generated > self.labels.boundary).float().mean())
        accuracy = (real_right + generated_right) / 2
        if "discriminator" in self.optimizers:
            (loss / self.portions.count).backward()  # type: ignore[no-untyped-call]
        gap = float((generated.mean() - real.mean()).detach())
        seen = {"accuracy": accuracy, "real_right": real_right, "generated_right": generated_right, "logit_gap": gap}
        return {"discriminator_loss": float(loss.detach()), **seen}

    def _improve(self, mine: Tensor, made: Tensor) -> Numbers:
        pixel = huber(made, mine[:, 1:], self.stage.knee, self.weights)
        loss = self.stage.pixel * pixel
        numbers = {"huber": float(pixel.detach())}
        if self.stage.adversarial:
            assert self.judge is not None  # noqa: S101 - Configuration refuses such a stage
            # Not its copy of several processes: the discriminator passes gradients on here and keeps none.
            self.judge.requires_grad_(False)
            try:
                with self._precision(made):
                    logits = self.judge(mine[:, :1], made)
            finally:
                self.judge.requires_grad_("discriminator" in self.stage.rates)
            fooling = self.labels.generator_loss(logits)
            loss = loss + self.stage.adversarial * fooling
            numbers["adversarial"] = float(fooling.detach())
        (loss / self.portions.count).backward()  # type: ignore[no-untyped-call]
        return numbers

    def _step(self, progress: float, numbers: Mapping[str, float]) -> Numbers:
        """Clip and step. Gradients are looked at before any step, so that no bad one ever reaches a weight."""
        norms = {f"{side}_gradient": self._clip(optimizer) for side, optimizer in self.optimizers.items()}
        share = slope(progress, self.stage.constant)
        for side, optimizer in self.optimizers.items():
            if side == "discriminator" and numbers["accuracy"] > self.stage.rests_above:
                continue
            for group in optimizer.param_groups:
                group["lr"] = group["highest"] * share
            optimizer.step()
        return {**norms, **{f"{part}_rate": rate * share for part, rate in self.stage.rates.items()}}

    def _clip(self, optimizer: torch.optim.Optimizer) -> float:
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        norm = float(nn.utils.clip_grad_norm_(weights, GRADIENT_LIMIT))
        if not math.isfinite(norm):
            raise TrainingError(f"In stage {self.stage.name} a gradient is {norm}; lower its learning rates.")
        return norm

    def _let_learn(self) -> None:
        for name, part in self.parts.items():
            part.requires_grad_(name in self.stage.rates).train(name in self.stage.rates)
            if name in self.stage.frozen_norm:
                for module in part.modules():
                    if isinstance(module, nn.modules.batchnorm._BatchNorm):
                        module.eval()

    def _rates(self, side: str) -> dict[str, float]:
        wanted = {"discriminator"} if side == "discriminator" else {"encoder", "decoder"}
        return {part: rate for part, rate in self.stage.rates.items() if part in wanted}

    def _optimizer(self, side: str) -> torch.optim.Optimizer:
        groups = [
            {"params": list(self.parts[part].parameters()), "lr": rate, "highest": rate}
            for part, rate in self._rates(side).items()
        ]
        stage = self.stage
        return torch.optim.AdamW(groups, betas=stage.betas, weight_decay=stage.weight_decay, fused=True)


def slope(progress: float, constant: bool = False) -> float:
    """The share of the highest learning rate: a short rise, then half a cosine down to zero unless constant."""
    fall = 1.0 if constant else (1 + math.cos(math.pi * progress)) / 2
    return min(1.0, progress / WARM_UP) * fall
