"""The machine observer: it learns to tell photos from one algorithm's colorizations, and is shown pairs it never saw.

It is no person and its fool rate is no person's: a first figure while nobody has been asked. It takes no part in
training a generator. Fooled half of the time is chance: then nothing that it can see tells the two apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from generator.colorizer import Photo, shrink, to_arrays, to_tensor
from generator.copies import thumbnails, which_photo
from generator.data import DataError
from generator.lab import join, rgb_to_lab
from generator.networks.observer import ObserverOptions
from generator.observer_training import LearningOptions, Pairs, judge, learn, read_pairs

FEWEST = 20  # photos: with fewer there is too little to learn from, and the interval spans half of all rates
FOLDS = 5
NETWORK_SIZE = 224  # at which a usual generator makes colours


@dataclass(frozen=True)
class Verdicts:
    """`real`: for each photo the probability, 0..1, that the observer gave to its being the real one."""

    real: tuple[float, ...]

    @property
    def fooled(self) -> tuple[float, ...]:
        """For each photo 1 where its colorization was taken for the real one, 0 where not, and 0.5 for a tie."""
        return tuple(0.5 if real == 0.5 else float(real < 0.5) for real in self.real)

    def at(self, places: Sequence[int]) -> "Verdicts":
        return Verdicts(tuple(self.real[place] for place in places))


@dataclass(frozen=True)
class MachineFoolRate:
    """The share of photos at which the observer was fooled, with its 95 % interval, all 0..1."""

    photos: int
    fooled: float
    rate: float
    low: float
    high: float


def observe(
    photos: Iterable[Photo],
    colorizations: Iterable[Photo],
    *,
    folds: int = FOLDS,
    seed: int = 0,
    network: ObserverOptions | None = None,
    how: LearningOptions | None = None,
    device: torch.device | str = "cpu",
    progress: str = "",
) -> Verdicts:
    """One verdict on each photo, (H, W, 3) uint8, beside its colorization of the same shape.

    The photos are dealt into `folds`; those of each fold are judged by an observer that learned from all others.
    Copies of a photo, mirrored ones too, fall into one fold; overlapping crops of one scene are not recognised as
    such. The same arguments give the same verdicts. `progress` names a bar; without a name none is shown.

    Raises DataError for fewer than FEWEST photos, and ValueError where photos and colorizations do not match.
    """
    network, how = network or ObserverOptions(), how or LearningOptions()
    pairs = read_pairs(photos, colorizations, how.size)
    dealt = deal(pairs, folds, seed)
    there = Pairs(pairs.lightness.to(device), pairs.real.to(device), pairs.fake.to(device))
    real = torch.zeros(len(pairs))
    with _one_thread():
        for number, fold in enumerate(tqdm(dealt, desc=progress, unit=" folds", disable=not progress)):
            others = torch.cat([other for other in dealt if other is not fold])
            observer = learn(there.at(others), network, how, seed + number)
            random = torch.Generator().manual_seed(seed + number)
            real[fold] = torch.sigmoid(judge(observer, there.at(fold), how, random)).cpu()
    return Verdicts(tuple(real.tolist()))


def machine_fool_rate(verdicts: Verdicts) -> MachineFoolRate:
    """Fooled ÷ photos with Wilson's 95 % interval (1927, J. Am. Stat. Assoc. 22, p. 209).

    Each photo is judged once, so the photos are the independent trials that Wilson's interval needs. That the
    observers of two folds learned from some of the same photos is not in it, nor is another seed.

    Raises ValueError without a verdict.
    """
    photos, fooled = len(verdicts.real), sum(verdicts.fooled)
    if not photos:
        raise ValueError("A machine fool rate needs a verdict on one photo at least.")
    rate, spread = fooled / photos, NormalDist().inv_cdf(0.975) ** 2 / photos
    centre = (rate + spread / 2) / (1 + spread)
    half = sqrt(spread * (rate * (1 - rate) + spread / 4)) / (1 + spread)
    # At 0 and at 1 the bound is the rate itself; rounding must not put it on the wrong side.
    return MachineFoolRate(photos, fooled, rate, max(0.0, min(rate, centre - half)), min(1.0, max(rate, centre + half)))


def settings(folds: int = FOLDS, seed: int = 0) -> dict[str, Any]:
    """All that decides the verdicts of `observe` with its usual network, as plain JSON values."""
    return {"folds": folds, "seed": seed, "network": ObserverOptions().to_json(), "learning": asdict(LearningOptions())}


def real_again(photos: Iterable[Photo]) -> list[Photo]:
    """Each photo by the steps of a colorizer that guesses every colour right: what no observer should tell apart.

    The photo's own colours go to a network's size and back, and are joined with its lightness in eight bits.
    """
    return [_again(photo) for photo in photos]


@contextmanager
def _one_thread() -> Iterator[None]:
    """The network is so small that more threads of torch only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def deal(pairs: Pairs, folds: int, seed: int) -> list[Tensor]:
    """The places of all photos in `folds` of about equal sizes, at random; copies of one photo stay together.

    Raises DataError where the photos are too few.
    """
    copies = which_photo(thumbnails(torch.cat([pairs.lightness, pairs.real], dim=1)))
    different = int(copies.max()) + 1
    if different < FEWEST:
        raise DataError(f"A machine observer needs {FEWEST} different photos at least, and here are {different}.")
    random = torch.Generator().manual_seed(seed)
    dealt: list[list[int]] = [[] for _ in range(folds)]
    for group in torch.randperm(different, generator=random).tolist():
        min(dealt, key=len).extend(torch.nonzero(copies == group).flatten().tolist())
    return [torch.tensor(fold) for fold in dealt]


def _again(photo: Photo) -> Photo:
    lab = rgb_to_lab(to_tensor([photo]))
    at_network = shrink(lab[:, 1:], (NETWORK_SIZE, NETWORK_SIZE))
    ab = F.interpolate(at_network, lab.shape[-2:], mode="bilinear", align_corners=False)
    return to_arrays(join(lab[:, :1], ab))[0]
