"""The photos page: every photo beside its fakes, by stored rates."""

import re

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from colortest.analysis import quality
from colortest.analysis.models import PhotoRate
from colortest.analysis.services import compute_fool_rates
from colortest.analysis.services.reports import store_report
from colortest.analysis.statistics.correlation import rank_correlation
from colortest.analysis.statistics.intervals import wilson
from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, Colorization
from colortest.stimuli.services import register_method
from tests.analysis.test_fool_rates import play
from tests.analysis.test_results_page import CHART, page, report
from tests.cast import MakeStudy, colour

pytestmark = pytest.mark.django_db

ADDRESS = "/studies/sunday-study/photos/"
COUNTABLE = 40


@pytest.fixture
def two(make_study: MakeStudy) -> Study:
    """Closed, with two algorithms, of which the first fools the more the later the photo; two photos of blue unseen."""
    draft = make_study(open_it=False)
    blue = register_method(
        slug="blue", name="Blue", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.RANDOM_COLOUR
    )
    colour(draft.test_set, blue)
    texts = dict(draft.consent_texts.values_list("language", "text"))
    algorithms = [*draft.under_test(), blue]
    services.change_design(study=draft, algorithms=algorithms, consent_texts=texts)
    study = services.close_study(study=services.open_study(study=draft))
    report(study)
    rate_photos(study)
    return study


def rate_photos(study: Study) -> None:
    """Stored rates: photo by photo grey fools more, and blue always a little."""
    made = []
    for algorithm in study.under_test():
        rows = algorithm.colorizations.filter(photo__in=study.photos()).order_by("photo")
        for number, row in enumerate(rows):
            grey = algorithm.slug == "grey"
            if grey or number > 1:
                made.append((row, 1 + number % 39 if grey else 2))
    made.sort(key=lambda one: -one[1])
    for rank, (row, fooled) in enumerate(made, start=1):
        bounds, rate = wilson(fooled, COUNTABLE), fooled / COUNTABLE
        shrunk = {"shrunk": 0.9 * rate + 0.03, "shrunk_low": 0.001, "shrunk_high": 0.999}
        numbers = {"fooled": fooled, "countable": COUNTABLE, "rate": rate, "low": bounds.low, "high": bounds.high}
        PhotoRate.objects.create(study=study, simulated=False, colorization=row, rank=rank, **numbers, **shrunk)


def ranks(shown: str) -> list[int]:
    return [int(rank) for rank in re.findall(r"rank (\d+)", shown)]


def photos(shown: str) -> list[str]:
    return re.findall(r'<section aria-label="([^"]+)" class="stack">', shown)


def test_the_most_convincing_come_first_beside_their_photos(two: Study, researcher: Client) -> None:
    shown = page(researcher, ADDRESS)
    assert len(photos(shown)) == 12
    best = PhotoRate.objects.get(rank=1)
    first = shown.split('<section aria-label="')[1]
    assert first.startswith(best.colorization.photo.name)
    assert f"/photos/{best.colorization.photo_id}/image/" in first
    assert f"/colorizations/{best.colorization_id}/image/" in first
    assert "97.5 %</strong> (87.1 % – 99.6 %), 39 of 40" in first
    assert "rank 1" in first
    assert "Blue:" in first


def test_the_least_convincing_come_first_when_asked(two: Study, researcher: Client) -> None:
    worst = PhotoRate.objects.filter(study=two).order_by("-rank").first()
    assert worst
    first = page(researcher, f"{ADDRESS}?order=least").split('<section aria-label="')[1]
    assert f"rank {worst.rank}\n" in first


def test_every_photo_is_on_one_page_and_those_without_responses_are_last(two: Study, researcher: Client) -> None:
    PhotoRate.objects.filter(colorization__photo=two.photos().first()).delete()
    seen = [name for number in range(1, 6) for name in photos(page(researcher, f"{ADDRESS}?page={number}"))]
    assert len(seen) == len(set(seen)) == 60
    assert seen[-1] == two.photos().first().name
    assert "no countable response yet" in page(researcher, f"{ADDRESS}?page=5")


def test_algorithm_and_split_are_in_the_address(two: Study, researcher: Client) -> None:
    shown = page(researcher, f"{ADDRESS}?algorithm=blue&split=train")
    assert "30 photos" in shown
    assert "Grey:" not in shown
    assert shown.count("Blue:") == 12
    assert set(re.findall(r"· (\w+)</h2>", shown)) == {"train"}
    assert "?algorithm=blue&amp;split=train&amp;page=2" in shown
    assert ranks(shown) == sorted(ranks(shown))


def test_a_filter_that_means_nothing_shows_everything(two: Study, researcher: Client) -> None:
    shown = page(researcher, f"{ADDRESS}?algorithm=none&split=moon&order=sideways&page=many")
    assert "60 photos" in shown
    assert ranks(shown)[0] == 1


def test_the_quality_numbers_stand_beside_with_what_they_tell(two: Study, researcher: Client) -> None:
    greys = list(Colorization.objects.filter(algorithm__slug="grey").order_by("photo"))
    for number, row in enumerate(greys):
        row.psnr, row.colourfulness = 20 + number % 39 / 10, 30 + number
    Colorization.objects.bulk_update(greys, ["psnr", "colourfulness"])
    report(two, quality=quality.correlations(two))
    shown = page(researcher, ADDRESS)
    assert re.search(r"PSNR</a> 2\d\.\d dB", shown)
    assert "not measured yet" in shown  # blue's
    rows = PhotoRate.objects.filter(colorization__algorithm__slug="grey", colorization__photo__split="test")
    found = rank_correlation(
        np.array([row.colorization.colourfulness for row in rows]), np.array([row.shrunk for row in rows])
    )
    assert found
    assert found.count == 30
    assert f"{found.rho:+.2f} ({found.low:+.2f} … {found.high:+.2f})".replace("-", "−") in shown
    assert "+1.00" in shown  # the PSNR was made to rise with the rate
    drawn = researcher.get(CHART.format("psnr.json")).json()
    assert [len(rows) for rows in drawn["datasets"].values()].count(30) == 2, "a panel for each split"


def test_splits_with_different_rates_are_not_taken_for_a_correlation(two: Study) -> None:
    """Simpson's paradox: within each split the PSNR falls as the rate rises, and over both it would seem to rise."""
    greys = two.photo_rates.filter(colorization__algorithm__slug="grey")
    for shift, split in enumerate(("test", "train")):
        for number, row in enumerate(greys.filter(colorization__photo__split=split).order_by("pk")):
            row.shrunk, row.shrunk_low, row.shrunk_high = 0.1 + 0.5 * shift + 0.005 * number, 0.01, 0.99
            row.save()
            row.colorization.psnr = 20 + 10 * shift - 0.1 * number
            row.colorization.save()
    table = np.array(greys.values_list("colorization__psnr", "shrunk"))
    together = rank_correlation(table[:, 0], table[:, 1])
    assert together
    assert together.rho > 0.4
    found = [row for row in quality.correlations(two) if (row["number"], row["algorithm"]) == ("psnr", "grey")]
    assert {row["split"]: round(row["rho"], 6) for row in found} == {"test": -1.0, "train": -1.0}


def test_a_running_study_that_hides_its_rates_shows_no_photo(make_study: MakeStudy, researcher: Client) -> None:
    study = make_study(interim="HIDDEN")
    report(study)
    rate_photos(study)
    shown = page(researcher, ADDRESS)
    assert "its design hides every rate" in shown
    assert not photos(shown)
    assert "rank 1" not in shown


def test_it_asks_as_much_of_a_thousand_photos_as_of_sixty(two: Study, researcher: Client) -> None:
    page(researcher, ADDRESS)
    with CaptureQueriesContext(connection) as asked:
        page(researcher, ADDRESS)
    assert len(asked) < 22
    assert not [one for one in asked.captured_queries if "experiment_response" in one["sql"]]


def test_responses_become_photos_with_rates_by_the_worker(study: Study, researcher: Client) -> None:
    play(study, fooled=36)
    compute_fool_rates(study=study)
    store_report(study=study)
    shown = page(researcher, ADDRESS)
    assert "1 of 1" in shown
    assert "100.0 %" in shown
