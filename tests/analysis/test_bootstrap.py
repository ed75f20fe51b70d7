"""The two bootstraps against formulas, against loops, and against themselves in another order."""

import random
from statistics import fmean, pstdev

import numpy as np
import pytest

from colortest.analysis.statistics import bootstrap, sums
from colortest.analysis.statistics.bootstrap import Cells, Draws, amt_beats, amt_bootstrap, crossed_interval, narrowed
from colortest.analysis.statistics.intervals import wilson
from colortest.analysis.statistics.sums import Arm, ArmSums
from colortest.analysis.statistics.weights import DRAWS, UNITS, Of, poisson_weights


class Responses:
    """One arm: everybody sees so many of the photos, and some people and photos fool more than others."""

    def __init__(self, people: int, photos: int, trials: int, *, seed: int = 1, rate: float = 0.4) -> None:
        chance = np.random.default_rng(seed)
        self.participants = np.repeat(np.arange(1, people + 1), trials)
        self.photos = np.concatenate([chance.permutation(photos)[:trials] for _ in range(people)])
        spread = np.linspace(0.6, 1.4, people)[self.participants - 1] * np.linspace(0.5, 1.5, photos)[self.photos]
        self.fooled = (chance.random(people * trials) < rate * spread).astype(np.int64)

    @property
    def rate(self) -> float:
        return float(self.fooled.mean())

    def sums(self, *, of: slice | None = None, draws: int = DRAWS, seed: int = 7) -> ArmSums:
        arm = Arm(np.arange(int(self.photos.max()) + 1), range(1, int(self.participants.max()) + 1))
        rows = slice(None) if of is None else of
        excluded = np.zeros(len(self.fooled), np.bool_)
        arm.add(sums.Responses(self.participants[rows], self.photos[rows], self.fooled[rows], excluded[rows]))
        return arm.sums(seed=seed, draws=draws)

    def crossed_error(self) -> float:
        """What the crossed bootstrap comes to with ever more draws, for small errors: with e the residuals,

        √(Σ over participants (Σ e)² + Σ over photos (Σ e)² + Σ e²) / N, as Poisson weights have the variance 1, and a
        product of two has 3.
        """
        errors = self.fooled - self.rate
        shared = sum(float((np.bincount(of, errors) ** 2).sum()) for of in (self.participants, self.photos))
        return (shared + float((errors**2).sum())) ** 0.5 / len(errors)


def test_weights_have_the_probabilities_of_a_poisson_variable_of_mean_1() -> None:
    weights = poisson_weights(3, Of.PHOTO, range(300))
    shares = np.bincount(weights.ravel())[:5] / weights.size
    assert shares == pytest.approx(np.exp(-1) / np.array([1, 1, 2, 6, 24]), abs=0.002)


def test_weights_are_the_same_in_any_company_and_other_ones_for_other_units_seeds_and_kinds() -> None:
    together, alone = poisson_weights(5, Of.PARTICIPANT, range(20)), poisson_weights(5, Of.PARTICIPANT, [13])
    assert (together[13] == alone[0]).all()
    others = [(5, Of.PARTICIPANT, [14]), (6, Of.PARTICIPANT, [13]), (5, Of.PHOTO, [13])]
    for other in others:
        assert abs(np.corrcoef(alone[0], poisson_weights(*other)[0])[0, 1]) < 0.05


def test_weights_are_those_of_every_other_machine_and_year() -> None:
    known = [1, 1, 1, 0, 1, 2, 2, 0, 2, 0, 0, 2, 0, 3, 0, 0, 1, 0, 0, 4, 2, 1, 3, 1]
    assert poisson_weights(2026, Of.PARTICIPANT, [1], 24)[0].tolist() == known


def test_draws_are_weighted_sums_as_a_loop_makes_them() -> None:
    responses = Responses(6, 8, 5)
    found = responses.sums(draws=50).draws
    people = poisson_weights(7, Of.PARTICIPANT, range(UNITS), 50)
    photos = poisson_weights(7, Of.PHOTO, range(UNITS), 50)
    for draw in range(50):
        fooled = countable = 0
        for person, photo, outcome in zip(responses.participants, responses.photos, responses.fooled, strict=True):
            weight = int(people[person, draw]) * int(photos[photo, draw])
            fooled, countable = fooled + weight * int(outcome), countable + weight
        assert (found.fooled[draw], found.countable[draw]) == (fooled, countable)


def test_who_comes_later_is_added_and_everything_is_as_if_counted_anew() -> None:
    responses = Responses(12, 40, 30)
    last = 11 * 30
    whole, first, added = (responses.sums(of=rows) for rows in (slice(None), slice(last), slice(last, None)))
    grown = first + added
    for table in ("fooled", "countable"):
        assert (getattr(grown.draws, table) == getattr(whole.draws, table)).all()
    assert (grown.photos == whole.photos).all()
    assert (grown.people == whole.people).all()
    assert (grown.fooled, grown.countable, grown.participants) == (int(responses.fooled.sum()), 360, 12)


def test_nothing_can_be_added_to_nothing() -> None:
    empty = Arm(np.arange(3), range(0)).sums(seed=1)
    responses = Responses(2, 3, 2)
    assert (empty + empty).countable == 0
    assert np.isnan(empty.draws.rates()).all()
    assert (empty + responses.sums(seed=1)).countable == 4


@pytest.mark.parametrize(("people", "photos", "trials"), [(40, 1000, 36), (40, 50, 36), (30, 30, 30)])
def test_the_crossed_bootstrap_comes_to_its_formula(people: int, photos: int, trials: int) -> None:
    responses = Responses(people, photos, trials)
    assert responses.sums().draws.rates().std() == pytest.approx(responses.crossed_error(), rel=0.03)


def test_more_people_than_weights_share_them_and_the_error_stays_what_it_is() -> None:
    responses = Responses(5 * UNITS, 300, 4)
    assert responses.sums().draws.rates().std() == pytest.approx(responses.crossed_error(), rel=0.06)


def test_draws_of_two_arms_are_paired_by_who_and_what_they_share() -> None:
    responses = Responses(40, 50, 36)
    same = responses.sums().draws.rates()
    easier = Responses(40, 50, 36, rate=0.5).sums().draws.rates()
    stranger = Responses(40, 50, 36).sums(seed=8).draws.rates()
    assert np.corrcoef(same, easier)[0, 1] > 0.3
    assert abs(np.corrcoef(same, stranger)[0, 1]) < 0.05


def test_the_interval_is_the_middle_of_the_draws_less_once_what_responses_add_on_their_own() -> None:
    responses = Responses(40, 50, 36)
    draws, found = responses.sums().draws, responses.rate
    fooled, countable = int(responses.fooled.sum()), len(responses.fooled)
    interval = crossed_interval(draws, fooled=fooled, countable=countable)
    assert interval.low < wilson(fooled, countable).low < found < wilson(fooled, countable).high < interval.high
    own = found * (1 - found) / countable
    near = narrowed(draws.rates(), around=found, own=own)
    assert near.var() == pytest.approx(responses.crossed_error() ** 2 - own, rel=0.08)
    inside = (near >= interval.low) & (near <= interval.high)
    assert inside.mean() == pytest.approx(0.95, abs=0.001)


def test_where_draws_tell_nothing_the_interval_is_wilsons() -> None:
    nobody = Draws(np.zeros(100, np.int64), np.arange(100))
    assert crossed_interval(nobody, fooled=0, countable=36) == wilson(0, 36)
    assert crossed_interval(Draws.none(100), fooled=3, countable=9) == wilson(3, 9)
    with pytest.raises(ValueError, match="is not a proportion"):
        crossed_interval(Draws.none(100), fooled=0, countable=0)


def amt_script(fooled: list[list[bool | None]], draws: int) -> tuple[float, float]:
    """Our own re-derivation of the AMT script's bootstrap: mean and SD of the fool rate.

    fooled: for each participant each trial of the test in turn; None for a trial of another algorithm.
    """
    chance = random.Random(4)
    rates = []
    for _ in range(draws):
        taken: list[bool] = []
        for person in chance.choices(fooled, k=len(fooled)):
            taken += [one for one in chance.choices(person, k=len(person)) if one is not None]
        rates.append(sum(taken) / len(taken))
    return fmean(rates), pstdev(rates)


@pytest.mark.parametrize("people", [8, 25])
def test_the_amt_bootstrap_is_what_its_script_says(people: int) -> None:
    """Participants of whom each had 10 trials of the arm, less flagged ones, among 25 trials of the test."""
    chance = random.Random(people)
    trials: list[list[bool | None]] = []
    for _ in range(people):
        mine, seen = chance.choice([0.1, 0.4, 0.7]), chance.choice([10, 10, 9, 7])
        trials.append([chance.random() < mine for _ in range(seen)] + [None] * (25 - seen))
    fooled = np.array([sum(one is True for one in person) for person in trials])
    countable = np.array([sum(one is not None for one in person) for person in trials])
    found = amt_bootstrap(np.ones(people, np.int64), fooled, countable, trials=25, seed=1)
    mean, sd = amt_script(trials, 4000)
    assert found.mean == pytest.approx(mean, abs=4 * sd / 4000**0.5)
    assert found.sd == pytest.approx(sd, rel=0.05)


def test_the_amt_bootstrap_of_people_alike_is_that_of_each_of_them() -> None:
    alike = amt_bootstrap(np.array([20, 10]), np.array([3, 8]), np.array([10, 10]), trials=10, seed=1)
    fooled = np.array([3] * 20 + [8] * 10)
    each = amt_bootstrap(np.ones(30, np.int64), fooled, np.full(30, 10), trials=10, seed=2)
    assert alike.sd == pytest.approx(each.sd, rel=0.04)
    # n participants of m trials, all of one arm: √((variance between + mean of p(1 − p)/m) / n), a textbook's.
    rates = fooled / 10
    within = fmean(rate * (1 - rate) / 10 for rate in rates)
    assert alike.sd == pytest.approx(((rates.var() + within) / 30) ** 0.5, rel=0.03)
    assert alike.mean == pytest.approx(rates.mean(), abs=0.002)


def script_beats(people: list[list[tuple[int, bool] | None]], draws: int) -> float:
    """Our own re-derivation of “m beats n”: each trial is (algorithm, fooled), or None where its cell is empty."""
    chance, scores = random.Random(5), []
    for _ in range(draws):
        taken = [
            one for person in chance.choices(people, k=len(people)) for one in chance.choices(person, k=len(person))
        ]
        m, n = ([one[1] for one in taken if one and one[0] == algorithm] for algorithm in (0, 1))
        if m and n:
            scores.append((1 + (fmean(m) > fmean(n)) - (fmean(m) < fmean(n))) / 2)
    return fmean(scores)


@pytest.mark.parametrize(("people", "alone"), [(6, False), (14, False), (12, True)])
def test_m_beats_n_is_what_the_script_says(people: int, alone: bool) -> None:
    """12 trials of which some are catch trials and some are empty; alone: each participant sees one algorithm."""
    chance = random.Random(people)
    table: list[list[tuple[int, bool] | None]] = []
    for number in range(people):
        ease, seen = chance.choice([0.1, 0.3, 0.6]), chance.choice([10, 10, 8, 5])
        algorithms = [number % 2 if alone else trial % 2 for trial in range(seen)]
        mine = [(algorithm, chance.random() < ease + 0.06 * algorithm) for algorithm in algorithms]
        table.append([*mine, *[None] * (12 - seen)])
    counts = [
        np.array(
            [
                [sum(one == (which, True) for one in person), sum(bool(one) and one[0] == which for one in person)]
                for person in table
            ]
        )
        for which in (0, 1)
    ]
    found = amt_beats(np.ones(people, np.int64), *counts, trials=12, seed=1)
    told = script_beats(table, 4000)
    assert 0.05 < told < 0.95
    assert found == pytest.approx(told, abs=4 * (0.25 / 4000 + 0.25 / DRAWS) ** 0.5)


def test_either_arm_beats_the_other_in_what_is_left_and_ties_are_shared() -> None:
    one, other = np.array([[3, 9], [1, 9]]), np.array([[2, 9], [4, 9]])
    people = np.array([5, 6])
    ahead, behind = (amt_beats(people, *arms, trials=20, seed=1) for arms in ((one, other), (other, one)))
    assert ahead + behind == pytest.approx(1, abs=0.03)
    assert amt_beats(people, one * 0 + [0, 9], other * 0 + [0, 9], trials=20, seed=1) == 0.5
    assert np.isnan(amt_beats(people, one, other * 0, trials=20, seed=1))


def test_many_participants_beat_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above MANY_KINDS draws are normal, and those of the same participants come to the same."""
    chance = np.random.default_rng(3)
    rates = np.clip(chance.normal([0.35, 0.355], 0.1, (400, 2)), 0, 1)
    seen = chance.integers(14, 19, (400, 2))
    fooled = chance.binomial(seen, rates)
    arms = [np.column_stack([fooled[:, arm], seen[:, arm]]) for arm in (0, 1)]
    many = amt_beats(np.ones(400, np.int64), *arms, trials=40, seed=1)
    monkeypatch.setattr(bootstrap, "MANY_KINDS", 400)
    single = amt_beats(np.ones(400, np.int64), *arms, trials=40, seed=2)
    assert 0.05 < single < 0.95
    assert many == pytest.approx(single, abs=4 * (0.5 / DRAWS) ** 0.5)


def test_cells_hold_whole_numbers() -> None:
    cells = Cells(range(6), range(3))
    for _ in range(3):
        cells.add(np.array([1, 1, 5]), np.array([2, 2, 2]), np.array([1, 0, 1]))
    assert (cells.countable[1, 2], cells.fooled[1, 2], cells.countable[5, 2], cells.countable.sum()) == (6, 3, 3, 9)
