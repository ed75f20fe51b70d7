"""Photos of a torchvision dataset, from small local files and without a network."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from generator.datasets import DatasetError, save_dataset

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Caltech-101 as torchvision finds it after a download, with three real photographs."""
    place = tmp_path / "root" / "caltech101" / "101_ObjectCategories" / "cat"
    place.mkdir(parents=True)
    (place.parent / "BACKGROUND_Google").mkdir()  # torchvision expects it, and leaves it out
    for number, picture in enumerate((data.chelsea(), data.astronaut(), data.coffee()), start=1):
        Image.fromarray(picture).save(place / f"image_{number:04}.jpg")
    return tmp_path / "root"


def test_a_dataset_that_is_there_becomes_a_folder_of_photos(root: Path, tmp_path: Path) -> None:
    assert save_dataset("caltech101", tmp_path / "out", limit=2, root=root) == 2
    files = sorted((tmp_path / "out" / "test").iterdir())
    assert len(files) == 2
    for file in files:
        assert Image.open(file).mode == "RGB"


def test_an_unknown_dataset_is_told_which_ones_there_are(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no downloadable dataset “Holidays”; it has .*STL10"):
        save_dataset("Holidays", tmp_path)
    with pytest.raises(DatasetError, match="no downloadable dataset “FakeData”"):
        save_dataset("FakeData", tmp_path)


def test_without_a_network_there_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    unreachable = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "PATH": ""}
    argv = [sys.executable, "-m", "generator.datasets", "STL10", "--out", str(tmp_path), "--root", str(tmp_path)]
    done = subprocess.run(argv, cwd=ROOT, env=unreachable, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("STL10 cannot be downloaded: ")
    assert done.stderr.rstrip().endswith("(is there a network?)")
    assert "Traceback" not in done.stderr
