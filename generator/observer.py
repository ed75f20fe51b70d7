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
from torch import Tensor
from tqdm import tqdm

from generator.colorizer import Photo, shrink, to_arrays, to_photo_size, to_tensor
from generator.copies import thumbnails, which_photo
from generator.data import DataError
from generator.lab import join, rgb_to_lab
from generator.networks.observer import ObserverOptions
from generator.observer_training import LearningOptions, Pairs, judge, learn, read_pairs

FEWEST = 20  # photos: with fewer there is too little to learn from, and the interval spans half of all rates
FOLDS, DEALS = 5, 5
APART = 1000  # between the seeds of two deals, and so of their folds
NETWORK_SIZE = 224  # at which a usual generator makes colours


@dataclass(frozen=True)
class Verdicts:
    """`real`: in each deal, for each photo the probability, 0..1, that an observer gave to its being the real one."""

    real: tuple[tuple[float, ...], ...]

    @property
    def fooled(self) -> Tensor:
        """(deals, photos): 1 where the colorization was taken for the real one, 0 where not, and 0.5 for a tie."""
        real = torch.tensor(self.real, dtype=torch.float64)
        return (real < 0.5).double() + (real == 0.5).double() / 2

    def at(self, places: Sequence[int]) -> "Verdicts":
        return Verdicts(tuple(tuple(deal[place] for place in places) for deal in self.real))


@dataclass(frozen=True)
class MachineFoolRate:
    """The share of photos at which observers were fooled, with its 95 % interval, all 0..1; `fooled` is a mean."""

    photos: int
    fooled: float
    rate: float
    low: float
    high: float


def observe(
    photos: Iterable[Photo],
    colorizations: Iterable[Photo],
    *,
    deals: int = DEALS,
    folds: int = FOLDS,
    seed: int = 0,
    network: ObserverOptions | None = None,
    how: LearningOptions | None = None,
    device: torch.device | str = "cpu",
    progress: str = "",
) -> Verdicts:
    """Verdicts on each photo, (H, W, 3) uint8, beside its colorization of the same shape.

    In each deal the photos are dealt into `folds` anew, and those of each fold are judged by an observer that learned
    from all others. One deal alone would not tell how much a verdict owes to the observer that gave it.
    Copies of a photo, mirrored ones too, fall into one fold; overlapping crops of one scene are not recognised as
    such. The same arguments give the same verdicts. `progress` names a bar; without a name none is shown.

    Raises DataError for fewer than FEWEST photos, and ValueError where photos and colorizations do not match.
    """
    network, how = network or ObserverOptions(), how or LearningOptions()
    pairs = read_pairs(photos, colorizations, how.size)
    seeds = [seed + APART * number for number in range(deals)]
    dealt = [deal(pairs, folds, one) for one in seeds]
    there = Pairs(pairs.lightness.to(device), pairs.real.to(device), pairs.fake.to(device))
    with _one_thread(), tqdm(total=deals * folds, desc=progress, unit=" folds", disable=not progress) as bar:
        real = [_verdicts(there, some, network, how, one, bar) for some, one in zip(dealt, seeds, strict=True)]
    return Verdicts(tuple(real))


def _verdicts(
    pairs: Pairs, dealt: Sequence[Tensor], network: ObserverOptions, how: LearningOptions, seed: int, bar: tqdm
) -> tuple[float, ...]:
    """Of one deal: those of each fold by an observer that learned from the others."""
    real = torch.zeros(len(pairs))
    for number, fold in enumerate(dealt):
        others = torch.cat([other for other in dealt if other is not fold])
        observer = learn(pairs.at(others), network, how, seed + number)
        random = torch.Generator().manual_seed(seed + number)
        real[fold] = torch.sigmoid(judge(observer, pairs.at(fold), how, random)).cpu()
        bar.update()
    return tuple(real.tolist())


def machine_fool_rate(verdicts: Verdicts) -> MachineFoolRate:
    """Fooled ÷ photos, mean of the deals, with a 95 % interval that other photos and other observers are within.

    Wilson's interval (1927, J. Am. Stat. Assoc. 22, p. 209) with as many trials as tell what these verdicts do: photos
    ÷ design effect (Kish 1965, Survey Sampling, section 8.2), and never more than there are photos.

    Raises ValueError without a verdict.
    """
    deals, photos = verdicts.fooled.shape
    if not photos:
        raise ValueError("A machine fool rate needs a verdict on one photo at least.")
    fooled = float(verdicts.fooled.sum()) / deals
    rate, spread = fooled / photos, NormalDist().inv_cdf(0.975) ** 2 / _trials(verdicts.fooled)
    centre = (rate + spread / 2) / (1 + spread)
    half = sqrt(spread * (rate * (1 - rate) + spread / 4)) / (1 + spread)
    # At 0 and at 1 the bound is the rate itself; rounding must not put it on the wrong side.
    low, high = max(0.0, min(rate, centre - half)), min(1.0, max(rate, centre + half))
    return MachineFoolRate(photos, fooled, rate, low, high)


def _trials(fooled: Tensor) -> float:
    """As many independent trials have the variance that the rate has between photos and between deals."""
    deals, photos = fooled.shape
    variance = float(fooled.mean(dim=0).var(correction=0)) / photos
    if deals > 1:
        variance += float(fooled.mean(dim=1).var()) / deals
    rate = float(fooled.mean())
    return min(photos, rate * (1 - rate) / variance) if variance else photos


def settings(deals: int = DEALS, folds: int = FOLDS, seed: int = 0) -> dict[str, Any]:
    """All that decides the verdicts of `observe` with its usual network, as plain JSON values."""
    usual = {"network": ObserverOptions().to_json(), "learning": asdict(LearningOptions())}
    return {"deals": deals, "folds": folds, "seed": seed, **usual}


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
    return to_arrays(join(lab[:, :1], to_photo_size(at_network, photo.shape[:2])))[0]
