"""Photos of a torchvision dataset as image files, downloaded where there is a network.

python -m generator.datasets STL10 --out FOLDER [--limit 120]
"""

import argparse
import importlib
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from generator.torchvision_schemas import import_torchvision_models

LIMIT = 120


class DatasetError(ValueError):
    """The dataset cannot be had; the message is one sentence that says why."""


def save_dataset(name: str, out: Path, *, limit: int = LIMIT, root: Path | None = None) -> int:
    """Write up to `limit` photos, spread evenly over the dataset, to `out`/test/. Returns how many.

    The split is always `test`: no generator here was trained on them.

    Args:
        root: where the dataset's files are, or are downloaded to (default: a cache in the home folder).

    Raises:
        DatasetError: the name is unknown, there is no network, or the dataset holds no pictures.
    """
    dataset = _open(name, root or Path.home() / ".cache" / "colortest")
    folder = out / "test"
    folder.mkdir(parents=True, exist_ok=True)
    indices = range(0, len(dataset), max(1, len(dataset) // limit))[:limit]
    for index in tqdm(indices, desc=name, unit=" photos", leave=False):
        picture = dataset[index][0]
        if not isinstance(picture, Image.Image):
            raise DatasetError(f"{name} does not hold pictures.")
        picture.convert("RGB").save(folder / f"{name}-{index:06}.png")
    return len(indices)


def _open(name: str, root: Path) -> Any:
    known = {kind.__name__.lower(): kind for kind in _downloadable()}
    kind = known.get(name.lower())
    if kind is None:
        names = ", ".join(sorted(kind.__name__ for kind in known.values()))
        raise DatasetError(f"torchvision has no downloadable dataset “{name}”; it has {names}.")
    root.mkdir(parents=True, exist_ok=True)
    wanted = {"split": "test", "train": False}
    options = {key: wanted[key] for key in inspect.signature(kind).parameters if key in wanted}
    try:
        return kind(root, download=True, **options)
    except (OSError, RuntimeError, ValueError, ImportError) as error:
        raise DatasetError(f"{kind.__name__} cannot be downloaded: {error} (is there a network?)") from error


def _downloadable() -> list[Any]:
    import_torchvision_models()
    datasets = importlib.import_module("torchvision.datasets")
    kinds = [getattr(datasets, name) for name in datasets.__all__]
    return [kind for kind in kinds if "download" in inspect.signature(kind).parameters]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m generator.datasets", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=LIMIT)
    parser.add_argument("--root", type=Path)
    options = parser.parse_args(arguments)
    try:
        count = save_dataset(options.name, options.out, limit=options.limit, root=options.root)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count} photos in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
