"""How a colorizer does on photos: numbers over all of them, at once or with intervals."""

from collections.abc import Iterator, Sequence
from typing import TypedDict

import torch
from torch import Tensor

from generator.colorizer import Colorizer, Photo
from generator.metrics.rows import Rows, measure
from generator.metrics.summary import summarize

DRAWS = 2000
DRAWS_AT_ONCE = 200
TAILS = (0.025, 0.975)
DIGITS = 5


class Measured(TypedDict):
    """A number, and the 95 % interval of what it is on all photos of this kind."""

    value: float
    low: float
    high: float


def evaluate(colorizer: Colorizer, photos: Sequence[Photo]) -> dict[str, float]:
    """The numbers of `summarize` for photos (H, W, 3) uint8, and how many photos they are from.

    Photos are measured a batch at a time, so any number of them may be given. Raises ValueError for none.
    """
    numbers = summarize(_means(measure(colorizer, photos)))
    return {"photos": len(photos), **{name: round(float(value), DIGITS) for name, value in numbers.items()}}


def evaluate_with_intervals(
    colorizer: Colorizer, photos: Sequence[Photo], draws: int = DRAWS, seed: int = 0
) -> dict[str, Measured]:
    """The numbers of `summarize`, each with its interval; the same seed draws the same photos for every colorizer."""
    return with_intervals(measure(colorizer, photos, progress=True), draws, seed)


def with_intervals(rows: Rows, draws: int = DRAWS, seed: int = 0) -> dict[str, Measured]:
    """Intervals by the basic bootstrap over photos (Davison and Hinkley 1997, section 5.2): as many photos as there
    are, are drawn with replacement, and everything is computed from them anew.

    Not the percentile interval: few photos put histograms further apart than they are, and drawing from few photos
    does so once more, which the basic interval takes back and the percentile interval adds.
    """
    values = summarize(_means(rows))
    drawn = [summarize(means) for means in _draws(rows, draws, seed)]
    return {name: _measured(value, torch.cat([some[name] for some in drawn])) for name, value in values.items()}


def _measured(value: Tensor, drawn: Tensor) -> Measured:
    """From the value (1,) and those of the draws (draws,); no number here can be below zero."""
    low, high = drawn.nanquantile(drawn.new_tensor(TAILS))  # a draw of one photo alone has no spread
    return Measured(
        value=round(float(value), DIGITS),
        low=round(float(torch.minimum(2 * value - high, value).clamp(min=0)), DIGITS),
        high=round(float(torch.maximum(2 * value - low, value)), DIGITS),
    )


def _draws(rows: Rows, draws: int, seed: int) -> Iterator[dict[str, Tensor]]:
    """Means of rows over photos drawn with replacement, as many as there are, for some draws at a time."""
    random = torch.Generator().manual_seed(seed)
    count = len(next(iter(rows.values())))
    for start in range(0, draws, DRAWS_AT_ONCE):
        chosen = torch.randint(count, (min(DRAWS_AT_ONCE, draws - start), count), generator=random)
        weights = torch.zeros(chosen.shape, dtype=torch.float64)
        weights.scatter_add_(1, chosen, torch.full_like(weights, 1 / count))
        yield {name: weights @ values for name, values in rows.items()}


def _means(rows: Rows) -> dict[str, Tensor]:
    """Of all photos, as one set."""
    return {name: values.mean(dim=0, keepdim=True) for name, values in rows.items()}
