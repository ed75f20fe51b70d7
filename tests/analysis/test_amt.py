"""The wide table gives the numbers of the AMT script, worked out here once more by who knows nothing but the table."""

import csv
import io
from random import Random

import numpy as np
import pytest

from colortest.analysis.exports.amt import wide_csv
from colortest.analysis.models import Report
from colortest.analysis.services import compute_fool_rates
from colortest.analysis.services.reports import store_report
from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from colortest.refusal import Refused
from tests.analysis.test_fool_rates import GOOD, LATE, OTHER, play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db


def table(study: Study) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(wide_csv(study)).decode(), newline="")))


def chance(study: Study, rate: float, *, seed: int, late: int = 0) -> Participant:
    """A finished run of somebody who is fooled by chance, in catch trials too; the last so many trials are flagged."""
    person, random = services.admit_participant(study=study), Random(seed)
    services.begin(participant=person)
    trials = list(person.trials.all())
    for place, trial in enumerate(trials):
        side = OTHER[trial.real_side] if random.random() < rate else trial.real_side
        if study.question == "FAKE":
            side = OTHER[side]
        exposure = LATE if place >= len(trials) - late else GOOD
        services.record_response(trial=trial, chosen_side=side, rt_ms=500, exposure=exposure)
    person.refresh_from_db()
    return person


class Script:
    """The numbers of `process_csv.py` from its table alone: an image's folder is its algorithm, the side that was not
    selected was taken for the photo, an algorithm's fool rate is the share of its trials in which that was wrong.
    """

    def __init__(self, rows: list[dict[str, str]], practice: int) -> None:
        count = sum(name.startswith("Input.gt_side") for name in rows[0])
        trials = range(practice, count)
        self.wrong = np.array(
            [[row[f"Answer.selection{n}"] == row[f"Input.gt_side{n}"] for n in trials] for row in rows]
        )
        self.method = np.array([[self._method(row, n) for n in trials] for row in rows])

    def _method(self, row: dict[str, str], n: int) -> str:
        """Empty where the cells are."""
        images = {side: row[f"Input.images_{side}{n}"] for side in ("left", "right")}
        real = row[f"Input.gt_side{n}"]
        if not real:
            return ""
        assert images[real].startswith("gt/")
        fake = images["right" if real == "left" else "left"]
        return fake.rpartition("/")[0]

    def rate(self, method: str) -> float:
        return float(self.wrong[self.method == method].mean())

    def bootstrap(self, method: str, draws: int, seed: int) -> tuple[float, float]:
        """Workers with replacement, then as many of each one's trials with replacement: mean and SD over draws."""
        random, (people, trials) = np.random.default_rng(seed), self.wrong.shape
        rates = []
        for _ in range(draws):
            who = random.integers(people, size=people)[:, None]
            which = random.integers(trials, size=(people, trials))
            mine = self.method[who, which] == method
            rates.append(self.wrong[who, which][mine].mean())
        return float(np.mean(rates)), float(np.std(rates))

    def beats(self, m: str, n: str, draws: int, seed: int) -> float:
        """The share of such draws in which m's rate is above n's, ties half."""
        random, (people, trials) = np.random.default_rng(seed), self.wrong.shape
        scores = []
        for _ in range(draws):
            who = random.integers(people, size=people)[:, None]
            which = random.integers(trials, size=(people, trials))
            wrong, method = self.wrong[who, which], self.method[who, which]
            scores.append((1 + np.sign(wrong[method == m].mean() - wrong[method == n].mean())) / 2)
        return float(np.mean(scores))


@pytest.mark.parametrize("question", ["REAL", "FAKE"])
def test_the_script_finds_our_fool_rate_and_its_bootstrap_our_mean_and_sd(make_study: MakeStudy, question: str) -> None:
    study = make_study(question=question, min_catch_accuracy=0.0, practice_trials=2, test_trials=20)
    for seed in range(12):
        chance(study, 0.1 + 0.05 * seed, seed=seed)
    compute_fool_rates(study=study)
    script = Script(table(study), practice=2)
    for rate in study.fool_rates.of_people():
        method = f"grey/{rate.split}"
        assert script.rate(method) == pytest.approx(rate.rate, abs=1e-12)
        mean, sd = script.bootstrap(method, draws=4000, seed=1)
        assert mean == pytest.approx(rate.amt_mean, abs=5 * sd / 4000**0.5)
        assert sd == pytest.approx(rate.amt_sd, rel=0.06)  # the SD of 4,000 draws is known to 1.1 %


def test_m_beats_n_is_what_the_script_finds_in_a_table_with_empty_cells(make_study: MakeStudy) -> None:
    study = make_study(min_catch_accuracy=0.0, max_flagged_share=1.0, practice_trials=2, test_trials=12)
    for seed in range(7):
        chance(study, 0.15 + 0.1 * seed, seed=seed, late=seed)
    compute_fool_rates(study=study)
    store_report(study=study)
    (row,) = Report.objects.get().content["differences"]["splits"]
    rows = table(study)
    assert any(cell == "" for cell in rows[-1].values())
    told = Script(rows, practice=2).beats(f"grey/{row['a']['split']}", f"grey/{row['b']['split']}", 4000, seed=1)
    assert 0.02 < told < 0.98
    assert row["beats"] == pytest.approx(told, abs=4 * (0.25 / 4000 + 0.25 / 10_000) ** 0.5)


def test_who_does_not_count_is_not_in_it_and_flagged_trials_are_not_either(make_study: MakeStudy) -> None:
    study = make_study()
    play(study, fooled=4)
    play(study, fooled=36, simulated=True)
    play(study, fooled=36, rehearsal=True)
    excluded = play(study, fooled=36)
    Participant.objects.filter(pk=excluded.pk).update(exclusion_reason="asked to")
    play(study, fooled=0, exposure=LATE)
    rows = table(study)
    assert [row["WorkerId"] for row in rows] == ["1", "5"]
    assert all(rows[0].values())
    late = rows[1]
    assert all(late[f"Answer.selection{n}"] for n in range(10))
    assert not any(late[f"Answer.selection{n}"] + late[f"Input.gt_side{n}"] for n in range(10, 50))


def test_practice_comes_first_and_columns_are_those_of_the_script(study: Study) -> None:
    person = play(study, fooled=0)
    (row,) = table(study)
    parts = ("Input.gt_side", "Input.images_left", "Input.images_right", "Answer.selection")
    assert list(row) == ["WorkerId", *(f"{part}{n}" for part in parts for n in range(50))]
    for n, trial in enumerate(person.trials.select_related("colorization__photo")):
        real = trial.real_side.lower()
        assert row[f"Input.gt_side{n}"] == real
        assert row[f"Input.images_{real}{n}"] == f"gt/{trial.colorization.photo.sha256}"


def test_single_images_have_no_wide_table(make_study: MakeStudy) -> None:
    study = make_study(presentation="SINGLE", question="EITHER", catch_share=0.0)
    with pytest.raises(Refused, match="single images"):
        wide_csv(study)
