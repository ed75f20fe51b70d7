"""Numbers of colorizers over photos, with and without intervals."""

from math import isnan

import numpy as np
import pytest
import skimage.data
import torch

from generator.colorizer import Colorizer, Photo
from generator.metrics import METRICS, evaluate, evaluate_with_intervals
from generator.metrics.evaluation import with_intervals
from generator.metrics.rows import measure
from generator.networks.resnet import ResNetGenerator
from tests.generator.colorizers import Tinting
from tests.generator.photos import TINY, astronaut, coffee, colourful_network


@pytest.fixture(scope="module")
def photos() -> list[Photo]:
    """Twelve pieces of 64 pixels from three photos."""
    whole = [coffee(), astronaut(), np.asarray(skimage.data.chelsea())]
    return [photo[top : top + 64, left : left + 64] for photo in whole for top in (30, 150) for left in (40, 200)]


def test_an_untrained_network_is_as_good_as_grey_and_no_better(photos: list[Photo]) -> None:
    numbers = evaluate(Colorizer(ResNetGenerator(TINY)), photos)
    assert numbers["photos"] == 12
    for metric in METRICS:
        assert numbers[metric.name] == pytest.approx(numbers[f"{metric.name}_grey"], abs=0.02), metric.name
    assert numbers["colourfulness_grey"] == numbers["ab_variation_ratio_grey"] == 0
    assert numbers["colourfulness_truth"] > 20


def test_the_truths_own_colours_leave_nothing_to_say(photos: list[Photo]) -> None:
    numbers = evaluate(Tinting(1), photos)
    for name in ("huber", "ab_error", "delta_e", "ab_histogram_distance", "chroma_histogram_distance", "out_of_gamut"):
        assert numbers[name] == pytest.approx(0, abs=1e-4), name
    assert numbers["selection_score"] == pytest.approx(0, abs=1e-4)
    for name in ("colourfulness_ratio", "ab_variation_ratio", "ab_spread_ratio"):
        assert numbers[name] == pytest.approx(1), name
    assert numbers["psnr"] > 55


def test_half_the_colour_is_half_the_variation_and_halves_the_error_of_grey(photos: list[Photo]) -> None:
    numbers = evaluate(Tinting(0.5), photos)
    assert numbers["ab_variation_ratio"] == pytest.approx(0.5, abs=0.05)
    assert numbers["ab_error"] == pytest.approx(numbers["ab_error_grey"] / 2, rel=0.02)
    assert 0 < numbers["chroma_histogram_distance"] < numbers["chroma_histogram_distance_grey"]
    off = abs(numbers["colourfulness_ratio"] - 1)
    assert numbers["selection_score"] == pytest.approx(off + numbers["chroma_histogram_distance"], abs=1e-4)


def test_colours_that_srgb_lacks_are_counted_before_they_are_made_to_fit(photos: list[Photo]) -> None:
    assert evaluate(Tinting(4), photos)["out_of_gamut"] > 0.3


def test_wrong_colours_are_worse_than_grey(photos: list[Photo]) -> None:
    blue = ResNetGenerator(TINY)
    torch.nn.init.constant_(blue.decoder.exit.bias[1:], -0.5)
    numbers = evaluate(Colorizer(blue), photos)
    assert numbers["psnr"] < numbers["psnr_grey"]
    assert numbers["huber"] > numbers["huber_grey"]
    assert numbers["delta_e"] > numbers["delta_e_grey"]
    assert numbers["colourfulness"] > 10


def test_one_tint_for_all_photos_is_found_by_what_lies_between_them(photos: list[Photo]) -> None:
    """Of a generator that collapsed; a single photo cannot tell."""
    sepia = ResNetGenerator(TINY)
    torch.nn.init.constant_(sepia.decoder.exit.bias[1:], 0.07)
    numbers = evaluate_with_intervals(Colorizer(sepia), photos)["ab_spread_ratio"]
    assert 0 <= numbers["low"] <= numbers["value"] < 0.15
    assert isnan(evaluate(Colorizer(sepia), photos[:1])["ab_spread_ratio"])


def test_photos_are_counted_alike_in_batches_of_any_size(photos: list[Photo]) -> None:
    network = colourful_network()
    one, all_at_once = (evaluate(Colorizer(network, batch=batch), photos) for batch in (1, 12))
    assert one == pytest.approx(all_at_once, abs=1e-3)


def test_no_photos_are_refused() -> None:
    with pytest.raises(ValueError, match="no photos"):
        evaluate(Tinting(1), [])


def test_every_interval_holds_its_value_which_is_that_of_the_quick_call(photos: list[Photo]) -> None:
    colorizer = Colorizer(colourful_network())
    quick, measured = evaluate(colorizer, photos), evaluate_with_intervals(colorizer, photos, draws=300)
    assert {"photos", *measured} == set(quick)
    for name, number in measured.items():
        assert number["value"] == quick[name]
        assert 0 <= number["low"] <= number["value"] <= number["high"], name
    assert measured["psnr"]["low"] < measured["psnr"]["high"]


def test_the_same_seed_draws_the_same_photos_and_another_one_others(photos: list[Photo]) -> None:
    rows = measure(Tinting(0.5), photos)
    assert with_intervals(rows, draws=50, seed=1) == with_intervals(rows, draws=50, seed=1)
    assert with_intervals(rows, draws=50, seed=1) != with_intervals(rows, draws=50, seed=2)


def test_fewer_photos_leave_wider_intervals(photos: list[Photo]) -> None:
    rows = measure(Tinting(0.5), photos)
    many = {name: values.repeat(20, *[1] * (values.dim() - 1)) for name, values in rows.items()}
    for name in ("psnr", "colourfulness_truth", "ab_histogram_distance", "selection_score"):
        few, more = (with_intervals(some, draws=200)[name] for some in (rows, many))
        assert few["high"] - few["low"] > 2 * (more["high"] - more["low"]), name


def test_the_interval_of_a_mean_is_the_one_known_for_means() -> None:
    values = torch.randn(200, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3 + 20
    psnr = with_intervals({**_equal_rows(200), "psnr": values})["psnr"]
    half = 1.96 * float(values.std()) / 200**0.5
    assert psnr["low"] == pytest.approx(psnr["value"] - half, abs=0.1)
    assert psnr["high"] == pytest.approx(psnr["value"] + half, abs=0.1)


def test_intervals_cover_a_distance_that_few_photos_exaggerate() -> None:
    """Thirty times forty photos, each of twelve pixels, from two sorts whose shares of fifty colours are 0.2 apart."""
    random = torch.Generator().manual_seed(0)
    even, uneven = torch.full((50,), 0.02), torch.tensor([0.028, 0.012] * 25)
    alike, covered, exaggerated = _equal_rows(40), 0, 0
    for _ in range(30):
        drawn = {of: _drawn(uneven if of == "_truth" else even, random) for of in ("", "_grey", "_truth")}
        rows = {**alike, **{f"ab_histogram{of}": shares for of, shares in drawn.items()}}
        number = with_intervals(rows, draws=200)["ab_histogram_distance"]
        covered += number["low"] <= 0.2 <= number["high"]
        exaggerated += number["value"] > 0.2
    assert exaggerated >= 24
    assert covered >= 24


def _drawn(shares: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """Histograms of forty photos of twelve pixels each, whose colours come in these shares."""
    colours = torch.multinomial(shares, 40 * 12, replacement=True, generator=random).view(40, 12)
    return torch.nn.functional.one_hot(colours, len(shares)).double().mean(dim=1)


def _equal_rows(count: int) -> dict[str, torch.Tensor]:
    """Rows of so many photos that are all alike."""
    rows = measure(Tinting(0.5), [coffee()[:32, :32]])
    return {name: values.expand(count, *values.shape[1:]) for name, values in rows.items()}
