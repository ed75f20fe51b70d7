"""How a machine observer learns: pairs of a photo and its colorization, seen through some noise."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from generator.colorizer import Photo, shrink, to_tensor
from generator.lab import rgb_to_lab
from generator.networks.observer import Observer, ObserverOptions

SURE = 0.01  # loss at which there is nothing left to learn


@dataclass(frozen=True)
class LearningOptions:
    """How an observer looks and learns.

    size: it sees pictures of size x size pixels, too few to see at what resolution the colours were made.
    window: in training, random windows of window x window of these, half of them mirrored.
    steps, batch, learning_rate, weight_decay: AdamW on one cycle (Smith and Topin 2019).
    held_out: the share of its photos by which the best of its states is chosen, looked at every `check_every` steps.
    saturation, shift, grain, softness: the noise through which it sees the colours of each picture. Standard deviations
        of a factor on the chroma, of a shift of all ab, and of noise in each pixel, the latter two in units of ab; and
        the most share of a mean over 3 x 3 pixels that is mixed in. Without it an observer tells a photo from the
        same colours rounded another way or made at another resolution, which no person sees.
    """

    size: int = 32
    window: int = 28
    steps: int = 300
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    held_out: float = 0.15
    check_every: int = 25
    saturation: float = 0.1
    shift: float = 2.0
    grain: float = 1.0
    softness: float = 1.0


@dataclass(frozen=True)
class Pairs:
    """Photos beside their colorizations: L* (N, 1, S, S), and the ab (N, 2, S, S) of both.

    The lightness is the mean of both, so that colour is all that can tell them apart.
    """

    lightness: Tensor
    real: Tensor
    fake: Tensor

    def __len__(self) -> int:
        return len(self.lightness)

    def at(self, places: Tensor) -> "Pairs":
        return Pairs(*(part[places] for part in self._parts()))

    def window(self, top: int, left: int, side: int) -> "Pairs":
        return Pairs(*(part[..., top : top + side, left : left + side] for part in self._parts()))

    def mirrored(self) -> "Pairs":
        return Pairs(*(part.flip(-1) for part in self._parts()))

    def _parts(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.lightness, self.real, self.fake


def read_pairs(photos: Iterable[Photo], colorizations: Iterable[Photo], size: int) -> Pairs:
    """All pairs at size x size pixels. Raises ValueError where one has no other, or no photos are given."""
    parts = [_pair(photo, fake, size) for photo, fake in zip(photos, colorizations, strict=True)]
    return Pairs(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))


def learn(pairs: Pairs, network: ObserverOptions, how: LearningOptions, seed: int) -> Observer:
    """An observer that has learned from these pairs; the first `held_out` of them choose the best of its states."""
    random = torch.Generator().manual_seed(seed)
    held_out = max(1, round(len(pairs) * how.held_out))
    places = torch.arange(len(pairs))
    chosen_by, learned_from = pairs.at(places[:held_out]), pairs.at(places[held_out:])
    observer = _new(network, seed).to(pairs.real.device)
    optimizer = torch.optim.AdamW(observer.parameters(), how.learning_rate, weight_decay=how.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, how.learning_rate, total_steps=how.steps)
    best, state = float("inf"), observer.state_dict()
    for step in range(1, how.steps + 1):
        loss = _loss(observer, _seen(_some(learned_from, how, random), how, random))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if step % how.check_every == 0:
            checked = float(F.softplus(-judge(observer, chosen_by, how, random)).mean())
            if checked < best:
                best, state = checked, deepcopy(observer.state_dict())
            if best < SURE:
                break
    observer.load_state_dict(state)
    return observer


@torch.no_grad()
def judge(observer: Observer, pairs: Pairs, how: LearningOptions, random: torch.Generator) -> Tensor:
    """Logits (N,) that the photo is the real one, from one look at each pair and at its mirror image.

    One look: the mean of many would see through the noise.
    """
    seen = _seen(pairs, how, random)
    return (_logits(observer, seen) + _logits(observer, seen.mirrored())) / 2


def _loss(observer: Observer, pairs: Pairs) -> Tensor:
    """Of telling the photos from their colorizations, and from themselves in the colours of each other.

    The latter teaches from few photos that colours belong to things; without it an observer that learned from a hundred
    was fooled twice as often by random colour.
    """
    borrowed = replace(pairs, fake=pairs.real.roll(1, dims=0))
    return F.softplus(-torch.cat([_logits(observer, pairs), _logits(observer, borrowed)])).mean()


def _logits(observer: Observer, pairs: Pairs) -> Tensor:
    logits: Tensor = observer(pairs.lightness, pairs.real, pairs.fake)
    return logits


def _some(pairs: Pairs, how: LearningOptions, random: torch.Generator) -> Pairs:
    places = torch.randint(len(pairs), (how.batch,), generator=random)
    top, left = torch.randint(how.size - how.window + 1, (2,), generator=random).tolist()
    window = pairs.at(places).window(top, left, how.window)
    return window.mirrored() if torch.rand(1, generator=random) < 0.5 else window


def _seen(pairs: Pairs, how: LearningOptions, random: torch.Generator) -> Pairs:
    """The pairs through noise, drawn for each picture anew."""
    return Pairs(pairs.lightness, _noisy(pairs.real, how, random), _noisy(pairs.fake, how, random))


def _noisy(ab: Tensor, how: LearningOptions, random: torch.Generator) -> Tensor:
    softness = how.softness * torch.rand(len(ab), 1, 1, 1, generator=random).to(ab.device)
    ab = torch.lerp(ab, F.avg_pool2d(ab, 3, stride=1, padding=1, count_include_pad=False), softness)
    factor = 1 + how.saturation * torch.randn(len(ab), 1, 1, 1, generator=random)
    shift = how.shift * torch.randn(len(ab), 2, 1, 1, generator=random)
    grain = how.grain * torch.randn(ab.shape, generator=random)
    return ab * factor.to(ab.device) + (shift + grain).to(ab.device)


def _new(options: ObserverOptions, seed: int) -> Observer:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Observer(options)


def _pair(photo: Photo, colorization: Photo, size: int) -> tuple[Tensor, Tensor, Tensor]:
    if photo.shape != colorization.shape:
        raise ValueError(f"A photo of shape {photo.shape} has a colorization of shape {colorization.shape}.")
    lab = shrink(rgb_to_lab(to_tensor([photo, colorization])), (size, size))
    return lab[:, :1].mean(dim=0, keepdim=True), lab[:1, 1:], lab[1:, 1:]
