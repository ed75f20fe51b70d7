"""The machine observer: it has no side, sees wrong colour, and does not see what is none."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from statsmodels.stats.proportion import proportion_confint

from generator.baselines import grey, random_colour
from generator.cli import main
from generator.colorizer import Photo
from generator.data import DataError
from generator.networks.observer import Observer, ObserverOptions
from generator.networks.registry import build, options_from_json
from generator.observer import Verdicts, deal, machine_fool_rate, observe, real_again
from generator.observer_training import LearningOptions, read_pairs

pytestmark = pytest.mark.long
QUICK = LearningOptions(steps=2, check_every=1)
SIDE = 128
FOLDS = 3  # of each of two deals: observers to train for each claim


@pytest.fixture(scope="module")
def photos() -> list[Photo]:
    """Sixty windows of photographs that do not overlap, in an order that mixes them."""
    sources = (
        skimage.data.astronaut(),
        skimage.data.coffee(),
        skimage.data.chelsea(),
        skimage.data.stereo_motorcycle()[0],
    )
    windows = [
        np.asarray(source[top : top + SIDE, left : left + SIDE], dtype=np.uint8)
        for source in sources
        for top in range(0, source.shape[0] - SIDE + 1, SIDE)
        for left in range(0, source.shape[1] - SIDE + 1, SIDE)
    ]
    return [windows[place] for place in np.random.default_rng(0).permutation(len(windows))]


def test_exchanging_the_pictures_changes_the_sign_and_nothing_else() -> None:
    torch.manual_seed(0)
    network = Observer(ObserverOptions())
    lightness, first, second = torch.rand(5, 1, 32, 32) * 100, torch.randn(5, 2, 32, 32) * 30, torch.randn(5, 2, 32, 32)
    logits = network(lightness, first, second)
    assert logits.shape == (5,)
    assert logits.abs().min() > 0
    assert torch.equal(network(lightness, second, first), -logits)
    assert torch.equal(network(lightness, first, first), torch.zeros(5))


def test_its_options_go_to_json_and_back() -> None:
    options = ObserverOptions(channels=(8, 16))
    assert options_from_json(json.loads(json.dumps(options.to_json()))) == options
    assert isinstance(build(options), Observer)
    with pytest.raises(ValueError, match="multiples of 8"):
        ObserverOptions(channels=(12,))


def test_grey_hardly_ever_fools_it(photos: list[Photo]) -> None:
    assert machine_fool_rate(observe(photos, grey(photos), deals=2, folds=FOLDS)).rate <= 0.05


def test_the_colours_of_another_photo_rarely_fool_it(photos: list[Photo]) -> None:
    """A third of the photos that its figure for 140 rests on; with so few it is fooled by one in eight or so."""
    donors = [*photos[20:], *photos[:20]]
    assert machine_fool_rate(observe(photos, random_colour(photos, donors), deals=2, folds=FOLDS)).high < 0.4


def test_the_photos_own_colours_by_the_steps_of_a_colorizer_leave_it_guessing(photos: list[Photo]) -> None:
    rate = machine_fool_rate(observe(photos, real_again(photos), deals=2, folds=FOLDS))
    assert rate.low < 0.5 < rate.high


def test_the_same_seed_gives_the_same_verdicts(photos: list[Photo]) -> None:
    few = photos[:24]
    first, again, other = (observe(few, grey(few), seed=seed, how=QUICK).real for seed in (3, 3, 4))
    assert first == again != other


def test_every_photo_is_in_one_fold_and_its_copies_are_in_the_same(photos: list[Photo]) -> None:
    copied = [*photos[:30], photos[0], photos[1][:, ::-1].copy()]  # 30 is 0 again, 31 is 1 in the mirror
    folds = deal(read_pairs(copied, grey(copied), 32), folds=5, seed=1)
    assert sorted(torch.cat(folds).tolist()) == list(range(32))
    for fold in map(set, (fold.tolist() for fold in folds)):
        assert (0 in fold) == (30 in fold)
        assert (1 in fold) == (31 in fold)


def test_too_few_photos_and_odd_pairs_are_refused(photos: list[Photo]) -> None:
    same = [photos[0]] * 30
    with pytest.raises(DataError, match="needs 20 different photos at least, and here are 1"):
        observe(same, same)
    with pytest.raises(ValueError, match="shorter"):
        observe(photos, photos[:-1])
    with pytest.raises(ValueError, match="shape"):
        observe(photos, [photo[:-1] for photo in photos])


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    fooled, photos = counts
    rate = machine_fool_rate(Verdicts(((0.2,) * fooled + (0.9,) * (photos - fooled),)))
    low, high = proportion_confint(fooled, photos, method="wilson")
    assert (rate.fooled, rate.photos, rate.rate) == (fooled, photos, fooled / photos)
    assert (rate.low, rate.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    assert 0 <= rate.low <= rate.rate <= rate.high <= 1


def test_a_tie_counts_half() -> None:
    assert machine_fool_rate(Verdicts(((0.5, 0.5, 0.1, 0.9),))).fooled == 2


def test_observers_that_disagree_make_the_interval_wider() -> None:
    """Each of two deals is fooled by 40 of 100: by the same, by others, or one by none and the other by 80."""
    fooled, not_fooled = (0.2,), (0.9,)
    same = fooled * 40 + not_fooled * 60
    others = not_fooled * 60 + fooled * 40
    one, agreeing, apart = (
        Verdicts(deals) for deals in ((same,), (same, same), (not_fooled * 100, fooled * 80 + not_fooled * 20))
    )
    single, twice, wide = (machine_fool_rate(verdicts) for verdicts in (one, agreeing, apart))
    assert single == twice
    assert machine_fool_rate(Verdicts((same, others))) == single, "more observers see no more photos"
    assert wide.rate == single.rate
    assert wide.high - wide.low > 3 * (single.high - single.low)


def test_the_command_shows_its_power_beside_every_algorithm(
    photos: list[Photo], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.commands.observe.observe", partial(observe, how=QUICK))
    theirs = tmp_path / "theirs"
    for number, (photo, fake) in enumerate(zip(photos[:25], grey(photos[:25]), strict=True)):
        split = "train" if number % 2 else "test"
        for folder, picture in ((tmp_path / split, photo), (theirs / split, fake)):
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(folder / f"{number}.png")
    (theirs / "test" / "0.png").unlink()
    data = [f"{split}={tmp_path / split}" for split in ("train", "test")]
    assert main(["observe", str(theirs), "--data", *data, "--json", str(tmp_path / "rates.json")]) == 0
    printed = capsys.readouterr()
    assert "a network's, not people's" in printed.out
    assert "0.png" in printed.err
    rates = json.loads((tmp_path / "rates.json").read_text())["machine_fool_rates"]
    assert list(rates) == [str(theirs), "grey", "random-colour", "real against real"]
    assert {split: rate["photos"] for split, rate in rates[str(theirs)].items()} == {"train": 12, "test": 12}
    assert f"{theirs}, test: machine fool rate" in printed.out


def test_the_command_observes_where_it_is_told_to_and_else_where_all_commands_compute(
    photos: list[Photo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = []

    def look(pictures: list[Photo], _fakes: list[Photo], *, device: object, **_more: object) -> Verdicts:
        devices.append(str(device))
        return Verdicts(((0.5,) * len(pictures),))

    monkeypatch.setattr("generator.commands.observe.observe", look)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    Image.fromarray(photos[0]).save(tmp_path / "photo.png")
    assert main(["observe", "grey", "--data", f"test={tmp_path}"]) == 0
    assert main(["observe", "grey", "--data", f"test={tmp_path}", "--device", "cpu"]) == 0
    assert devices == ["cuda"] * 3 + ["cpu"] * 3


@pytest.mark.parametrize("wrong", ["nowhere.safetensors", "photos"])
def test_what_is_no_algorithm_is_named_in_a_sentence(
    wrong: str, photos: list[Photo], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("photos", "test"):
        (tmp_path / folder).mkdir()
        Image.fromarray(photos[0]).save(tmp_path / folder / f"{folder}.png")
    assert main(["observe", str(tmp_path / wrong), "--data", f"test={tmp_path / 'test'}"]) == 1
    assert wrong in capsys.readouterr().err


def test_grey_photos_are_refused_for_there_is_no_colour_to_tell(
    photos: list[Photo], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, photo in enumerate(grey(photos[:25])):
        Image.fromarray(photo).save(tmp_path / f"{number}.png")
    assert main(["observe", "grey", "--data", f"test={tmp_path}"]) == 1
    printed = capsys.readouterr()
    assert "All photos (25)" in printed.err
    assert "are grey" in printed.err
    assert "machine fool rate" not in printed.out
