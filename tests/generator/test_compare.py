"""`python -m generator compare`: one table and one figure of networks on the same photos."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.baselines import grey
from generator.checkpoint import CheckpointError, find_checkpoint, save_checkpoint
from generator.cli import main
from generator.colorizer import Colorizer
from generator.comparison import draw, names, row, written
from generator.data import read_squares
from generator.metrics import METRICS, Measured, evaluate_with_intervals
from generator.networks.resnet import ResNetGenerator
from tests.generator.colorizers import Tinting
from tests.generator.photos import TINY, astronaut, coffee, colourful_network

SIZE = 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photos, a run with a best checkpoint, one with the last only, and the comparison of both runs."""
    folder = tmp_path_factory.mktemp("comparison")
    (folder / "photos").mkdir()
    Image.fromarray(coffee()).save(folder / "photos" / "coffee.png")
    Image.fromarray(astronaut()).save(folder / "photos" / "astronaut.png")
    save_checkpoint(folder / "vivid" / "best.safetensors", colourful_network(), TINY, {})
    save_checkpoint(folder / "vivid" / "last.safetensors", ResNetGenerator(TINY), TINY, {})
    save_checkpoint(folder / "untrained" / "last.safetensors", ResNetGenerator(TINY), TINY, {})
    assert compare(folder, folder / "vivid", folder / "untrained") == 0
    return folder


def compare(folder: Path, *networks: Path) -> int:
    where = ["--data", folder / "photos", "--out", folder / "out", "--size", SIZE, "--device", "cpu"]
    return main([str(argument) for argument in ["compare", *networks, *where]])


def table(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "out" / "comparison.csv").open() as file:
        return {line["network"]: line for line in csv.DictReader(file)}


def test_the_table_has_the_truth_grey_and_a_row_for_each_network(folder: Path) -> None:
    assert list(table(folder)) == ["truth", "grey", "vivid", "untrained"]
    lines = (folder / "out" / "comparison.md").read_text().splitlines()
    assert "2 photos of 64 pixels" in lines[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert [cells[0] for cells in rows] == ["network", "---", "truth", "grey", "vivid", "untrained"]
    assert {len(cells) for cells in rows} == {len(METRICS) + 1}


def test_the_truth_is_perfect_and_an_untrained_network_is_grey(folder: Path) -> None:
    rows = table(folder)
    assert float(rows["truth"]["chroma_histogram_distance"]) == float(rows["truth"]["delta_e"]) == 0
    assert float(rows["truth"]["colourfulness"]) > 20
    for metric in METRICS:
        assert float(rows["untrained"][metric.name]) == pytest.approx(float(rows["grey"][metric.name]), abs=0.02)
    assert float(rows["vivid"]["colourfulness"]) > 1


def test_a_row_holds_the_numbers_of_its_network(folder: Path) -> None:
    squares, _ = read_squares([folder / "photos"], SIZE)
    numbers = evaluate_with_intervals(Colorizer(colourful_network()), [square.photo for square in squares])
    ours = table(folder)["vivid"]
    # The checkpoint holds matrices in half precision.
    assert float(ours["psnr"]) == pytest.approx(numbers["psnr"]["value"], abs=0.05)
    assert float(ours["psnr_low"]) == pytest.approx(numbers["psnr"]["low"], abs=0.05)
    assert float(ours["psnr_high"]) == pytest.approx(numbers["psnr"]["high"], abs=0.05)


def test_the_figure_shows_the_photos_below_them_grey_and_below_that_the_networks(folder: Path) -> None:
    photos = [square.photo for square in read_squares([folder / "photos"], SIZE)[0]]
    with Image.open(folder / "out" / "comparison.png") as image:
        figure = np.asarray(image)
    colorizations = Colorizer.load(folder / "vivid" / "best.safetensors", "cpu").colorize(photos)
    for number, images in enumerate([photos, grey(photos), colorizations]):
        for place, expected in enumerate(images):
            top, right = number * (SIZE + 4), figure.shape[1] - (len(photos) - place) * (SIZE + 4)
            np.testing.assert_array_equal(figure[top : top + SIZE, right : right + SIZE], expected)


def test_names_are_written_at_the_left_of_their_rows() -> None:
    photo = [coffee()[:SIZE, :SIZE]]
    figure = np.asarray(draw({"truth": photo, "a network with a long name": photo, "": photo}))
    margin = figure[:, : figure.shape[1] - SIZE - 4].reshape(3, SIZE + 4, -1)
    short, long, none = (margin.min(axis=1) < 128).sum(axis=1)
    assert 0 == none < short < long


def test_no_more_photos_are_shown_than_asked_for(folder: Path, tmp_path: Path) -> None:
    options = ["--data", folder / "photos", "--out", tmp_path, "--size", SIZE, "--photos", 1, "--device", "cpu"]
    assert main([str(argument) for argument in ["compare", folder / "vivid", *options]]) == 0
    with Image.open(tmp_path / "comparison.png") as one, Image.open(folder / "out" / "comparison.png") as two:
        assert two.width - one.width >= SIZE


def test_a_run_means_its_best_checkpoint_or_else_its_last(folder: Path, tmp_path: Path) -> None:
    assert find_checkpoint(folder / "vivid").name == "best.safetensors"
    assert find_checkpoint(folder / "untrained").name == "last.safetensors"
    with pytest.raises(CheckpointError, match="is no run: it holds neither"):
        find_checkpoint(tmp_path)


def test_networks_of_one_name_are_told_apart(folder: Path) -> None:
    paths = [folder / "vivid", folder / "vivid" / "last.safetensors", folder / "grey.safetensors", folder / "untrained"]
    assert names(paths) == [str(paths[0]), str(paths[1]), str(paths[2]), "untrained"]


def test_a_broken_network_is_named_before_anything_is_measured(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_checkpoint(tmp_path / "cut.safetensors", ResNetGenerator(TINY), TINY, {})
    (tmp_path / "cut.safetensors").write_bytes(b"cut")
    before = (folder / "out" / "comparison.csv").read_bytes()
    assert compare(folder, folder / "vivid", tmp_path / "cut.safetensors") == 1
    printed = capsys.readouterr()
    assert "cut short" in printed.err
    assert "measuring" not in printed.err
    assert (folder / "out" / "comparison.csv").read_bytes() == before


def test_numbers_are_written_with_intervals_that_can_be_seen() -> None:
    psnr = next(metric for metric in METRICS if metric.name == "psnr")
    assert written(Measured(value=21.823, low=21.31, high=22.4), psnr) == "21.82 [21.31, 22.40]"
    assert written(Measured(value=0.001, low=0.0, high=0.002), psnr) == "0.00"
    truth = row(evaluate_with_intervals(Tinting(1), [coffee()[:SIZE, :SIZE]], draws=10), "_truth")
    assert written(truth["psnr"], psnr) == "∞"
