"""How much better a network does on photos that it learned from than on others: part of `docs/train.sh`.

    python -m docs.replication SEEN UNSEEN CHECKPOINT…

Two sets of photos are never equally hard, so each photo's ab error is taken beside grey's on the same photo.
"""

import sys
from pathlib import Path

import torch
from torch import Tensor

from generator.colorizer import Colorizer
from generator.comparison import read_photos
from generator.metrics.rows import measure

SIZE, DRAWS = 64, 10_000
ABOUT = """ab error less than grey's, with 95 % intervals: on seen photos; on unseen ones; the gap
| how much more the first network has than this one: on unseen photos; of a gap"""


def main() -> None:
    seen, unseen, *checkpoints = map(Path, sys.argv[1:])
    print(ABOUT)
    first = None
    for checkpoint in checkpoints:
        # The same seed draws the same photos for every network, so that two gaps can be compared.
        on_seen, on_unseen = (
            _means_of_draws(_gains(checkpoint, photos), seed) for seed, photos in enumerate((seen, unseen))
        )
        gap = on_seen - on_unseen
        first = first or (on_unseen, gap)
        own, more = ((on_seen, on_unseen, gap), (first[0] - on_unseen, first[1] - gap))
        told = " | ".join("; ".join(map(_written, numbers)) for numbers in (own, more))
        print(f"{checkpoint.parent.name}: {told}", flush=True)


def _gains(checkpoint: Path, photos: Path) -> Tensor:
    """For each photo, grey's ab error minus the network's."""
    squares, _problems = read_photos([photos], SIZE)
    rows = measure(Colorizer.load(checkpoint, "cpu"), [square.photo for square in squares])
    return rows["ab_error_grey"] - rows["ab_error"]


def _means_of_draws(values: Tensor, seed: int) -> Tensor:
    """The mean itself, and then the bootstrap: means of as many photos as there are, drawn with replacement."""
    random = torch.Generator().manual_seed(seed)
    chosen = [torch.randint(len(values), (len(values),), generator=random) for _ in range(DRAWS)]
    return torch.stack([values.mean(), *(values[some].mean() for some in chosen)])


def _written(drawn: Tensor) -> str:
    low, high = drawn[1:].quantile(drawn.new_tensor([0.025, 0.975]))
    return f"{float(drawn[0]):.2f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    main()
