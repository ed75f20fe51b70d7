"""The demo's photographs: real ones that installed packages bundle, cut into many different crops.

Writes the crops as FOLDER/train/*.png and FOLDER/test/*.png:

    python -m colortest.demo.photos FOLDER

The split is by photograph, never by crop, so that no test crop shows a scene of the train split. Nothing here
imports the packages that bundle the photographs; their files are found on disk.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colortest.stimuli.quality import colourfulness

SIDE = 256
SMALLEST_WINDOW = 208  # enlarged to SIDE: 1.23 times at most, still sharp to the eye
WINDOW_RATIO = 1.42  # between window sizes: nested windows then share less than half of their area
GRID_STEP = 12
MOST_OVERLAP = 0.5  # shared area over united area of two crops of one photograph
LEAST_COLOURFULNESS = 28.0  # well above a pale photo, whose fake would be no test
LEAST_DETAIL = 4.0  # without near-uniform windows: sky, blurred leaves


@dataclass(frozen=True)
class Source:
    """One bundled photograph, with everything that its licence asks to be named.

    `package` is the import name, `path` the file inside it, `crops` the most crops to take from it.
    """

    name: str
    title: str
    package: str
    path: str
    author: str
    licence: str
    url: str
    split: str
    crops: int

    def file(self) -> Path:
        """Where the photograph lies; FileNotFoundError, naming the package, where it is not installed."""
        spec = find_spec(self.package)
        for location in (spec.submodule_search_locations or []) if spec else []:
            if (file := Path(location) / self.path).is_file():
                return file
        raise FileNotFoundError(
            f"The demo photograph {self.path} is missing: install the package {self.package} "
            "(pip install -r requirements.txt)."
        )


SOURCES = (
    Source(
        name="motorcycle",
        title="Motorcycle (High-resolution stereo datasets with subpixel-accurate ground truth, GCPR 2014)",
        package="skimage",
        path="data/motorcycle_left.png",
        author="D. Scharstein, H. Hirschmüller, Y. Kitajima, G. Krathwohl, N. Nesic, X. Wang and P. Westling",
        licence="permission to use and publish, citing the paper (Middlebury College)",
        url="https://vision.middlebury.edu/stereo/data/scenes2014/",
        split="train",
        crops=18,
    ),
    Source(
        name="hopper",
        title="Commodore Grace M. Hopper, US Navy",
        package="matplotlib",
        path="mpl-data/sample_data/grace_hopper.jpg",
        author="James S. Davis, US Navy",
        licence="public domain (US federal government)",
        url="https://commons.wikimedia.org/wiki/File:Commodore_Grace_M._Hopper,_USN_(covered).jpg",
        split="train",
        crops=14,
    ),
    Source(
        name="coffee",
        title="Coffee cup, Pikolo Espresso Bar",
        package="skimage",
        path="data/coffee.png",
        author="Rachel Michetti",
        licence="CC0",
        url="https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.coffee",
        split="train",
        crops=13,
    ),
    Source(
        name="flower",
        title="Dahlia",
        package="sklearn",
        path="datasets/images/flower.jpg",
        author="vultilion (Flickr)",
        licence="CC BY 2.0",
        url="https://www.flickr.com/photos/vultilion/6056698931/",
        split="train",
        crops=13,
    ),
    Source(
        name="china",
        title="Tower of Buddhist Incense, Summer Palace, Beijing",
        package="sklearn",
        path="datasets/images/china.jpg",
        author="danielbuechele (Flickr)",
        licence="CC BY 2.0",
        url="https://www.flickr.com/photos/danielbuechele/6061409035/",
        split="test",
        crops=18,
    ),
    Source(
        name="astronaut",
        title="Eileen Collins, astronaut",
        package="skimage",
        path="data/astronaut.png",
        author="NASA",
        licence="public domain (NASA)",
        url="https://flic.kr/p/r9qvLn",
        split="test",
        crops=18,
    ),
    Source(
        name="rocket",
        title="DSCOVR on Falcon 9 before its launch",
        package="skimage",
        path="data/rocket.jpg",
        author="SpaceX",
        licence="public domain (SpaceX)",
        url="https://www.flickr.com/photos/spacexphotos/16511594820/",
        split="test",
        crops=14,
    ),
    Source(
        name="chelsea",
        title="Chelsea the cat",
        package="skimage",
        path="data/chelsea.png",
        author="Stéfan van der Walt",
        licence="CC0",
        url="https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.chelsea",
        split="test",
        crops=10,
    ),
)

Pixels = NDArray[np.float64]
Window = tuple[int, int, int]  # left, top, side, in pixels of the photograph


def crops() -> Iterator[tuple[str, str, Image.Image]]:
    """(split, file name, RGB crop) of every source: square, at least SIDE pixels, always the same ones."""
    for source in SOURCES:
        with Image.open(source.file()) as opened:
            photo = opened.convert("RGB")
        for number, window in enumerate(_spread(_interesting(photo), source.crops), start=1):
            yield source.split, f"{source.name}-{number:02d}.png", _cut(photo, window)


def write_crops(folder: Path) -> None:
    """Write every crop to folder/SPLIT/NAME.png, replacing files of the same name."""
    for split, name, image in crops():
        (folder / split).mkdir(parents=True, exist_ok=True)
        image.save(folder / split / name)


def _interesting(photo: Image.Image) -> dict[Window, float]:
    """The windows worth a judgement, the largest first, each with its detail."""
    interesting = {}
    for window in _windows(photo):
        pixels = _pixels(photo, window)
        detail = _detail(pixels)
        if detail >= LEAST_DETAIL and colourfulness(pixels) >= LEAST_COLOURFULNESS:
            interesting[window] = detail
    return interesting


def _windows(photo: Image.Image) -> Iterator[Window]:
    for side in _sides(min(photo.size)):
        for top in _offsets(photo.height - side):
            for left in _offsets(photo.width - side):
                yield left, top, side


def _sides(longest: int) -> list[int]:
    steps = max(1, int(np.log(longest / SMALLEST_WINDOW) / np.log(WINDOW_RATIO)))
    return [int(side) for side in np.geomspace(longest, SMALLEST_WINDOW, steps + 1).round()]


def _offsets(room: int) -> list[int]:
    steps = room // GRID_STEP
    return [room * step // steps for step in range(steps + 1)] if steps else [0]


def _pixels(photo: Image.Image, window: Window) -> Pixels:
    """The window at 64 x 64: what is left of it at a glance."""
    left, top, side = window
    small = photo.resize((64, 64), Image.Resampling.BOX, (left, top, left + side, top + side))
    return np.asarray(small, dtype=np.float64)


def _detail(pixels: Pixels) -> float:
    """Mean absolute difference of neighbouring pixels' grey, in grey levels."""
    grey = pixels.mean(axis=2)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()) / 2


def _spread(detail: dict[Window, float], most: int) -> list[Window]:
    """Up to `most` windows: each time one that shares least with those taken, the most detailed of these."""
    taken: list[Window] = []
    shared = dict.fromkeys(detail, 0.0)
    while shared and len(taken) < most:
        best = min(shared, key=lambda window: (round(shared[window], 1), -detail[window]))
        taken.append(best)
        overlaps = {window: max(worst, _overlap(window, best)) for window, worst in shared.items()}
        shared = {window: worst for window, worst in overlaps.items() if worst <= MOST_OVERLAP}
    return taken


def _overlap(one: Window, other: Window) -> float:
    """Shared area over united area, 0..1."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[2], other[1] + other[2]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (one[2] ** 2 + other[2] ** 2 - shared)


def _cut(photo: Image.Image, window: Window) -> Image.Image:
    left, top, side = window
    crop = photo.crop((left, top, left + side, top + side))
    return crop if side >= SIDE else crop.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m colortest.demo.photos FOLDER")
    write_crops(Path(sys.argv[1]))
