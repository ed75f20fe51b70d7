"""The demo's photographs: many, different, real, colourful, and split by photograph."""

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from colortest.demo.photos import SOURCES, crops, write_crops

Crops = dict[str, dict[str, Image.Image]]


@pytest.fixture(scope="module")
def by_split() -> Crops:
    cut: Crops = {"train": {}, "test": {}}
    for split, name, image in crops():
        cut[split][name] = image
    return cut


def test_each_split_has_at_least_fifty_crops(by_split: Crops):
    assert len(by_split["train"]) >= 50
    assert len(by_split["test"]) >= 50


def test_no_photograph_is_in_both_splits(by_split: Crops):
    scenes = {split: {name.rsplit("-", 1)[0] for name in names} for split, names in by_split.items()}
    assert not scenes["train"] & scenes["test"]
    assert scenes["train"] | scenes["test"] == {source.name for source in SOURCES}


def test_every_crop_is_a_colourful_rgb_square_of_at_least_256_pixels(by_split: Crops):
    for image in [*by_split["train"].values(), *by_split["test"].values()]:
        assert image.mode == "RGB"
        assert image.width == image.height >= 256
        pixels = np.asarray(image, dtype=float)
        assert np.ptp(pixels, axis=2).mean() > 10
        assert pixels.std() > 10


def test_crops_of_one_photograph_differ_visibly(by_split: Crops):
    small = {
        name: np.asarray(image.resize((32, 32)), dtype=float)
        for cut in by_split.values()
        for name, image in cut.items()
    }
    for one, other in combinations(small, 2):
        assert np.abs(small[one] - small[other]).mean() > 8, f"{one} and {other} look alike"


def test_cutting_again_gives_the_same_files(by_split: Crops, tmp_path):
    write_crops(tmp_path)
    for split, cut in by_split.items():
        assert sorted(file.name for file in (tmp_path / split).iterdir()) == sorted(cut)
        for name, image in cut.items():
            with Image.open(tmp_path / split / name) as written:
                assert written.tobytes() == image.tobytes()


def test_every_photograph_names_author_licence_and_where_it_is_from():
    for source in SOURCES:
        assert source.file().is_file()
        assert source.author
        assert source.licence
        assert source.url.startswith("https://")


def test_looking_for_the_photographs_imports_none_of_the_packages_that_bundle_them():
    script = (
        "import sys; from colortest.demo.photos import SOURCES; [s.file() for s in SOURCES];"
        "sys.exit(bool({s.package for s in SOURCES} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
