"""What a design can show, against simulations: ours, and those that others made before us."""

import re

import numpy as np
import pytest
from django.test import Client
from scipy.special import expit

from colortest.analysis.forms import numbers_of
from colortest.analysis.power import Plan, floor_width, interval_width, people_to_see, smallest_difference
from tests.cast import MakeStudy

Z = 1.959964

# People, photos, trials a person → standard error in points, simulated in the same model at a fool rate near 35 %.
SIMULATED = [(40, 1000, 36, 2.0), (40, 100, 36, 2.6), (40, 50, 36, 3.4), (40, 40, 40, 3.5), (120, 40, 40, 3.1)]


@pytest.mark.parametrize(("people", "photos", "trials", "points"), SIMULATED)
def test_the_width_is_that_of_simulated_studies(people: int, photos: int, trials: int, points: float) -> None:
    width = interval_width(Plan(people, photos, trials))
    assert width / (2 * Z) == pytest.approx(points, rel=0.1)


def simulated_error(plan: Plan, studies: int, seed: int) -> float:
    """Standard deviation of the fool rates of studies in which every person sees every photo."""
    random = np.random.default_rng(seed)
    constant = -0.77  # gives about 35 % with these deviations
    rates = []
    for _ in range(studies):
        person = plan.person_sd * random.standard_normal((plan.people, 1))
        photo = plan.photo_sd * random.standard_normal((1, plan.photos))
        fooled = random.random((plan.people, plan.photos)) < expit(constant + person + photo)
        rates.append(fooled.mean())
    assert np.mean(rates) == pytest.approx(plan.rate, abs=0.01)
    return float(np.std(rates))


@pytest.mark.parametrize(("person_sd", "photo_sd"), [(0.5, 1.0), (1.0, 0.5)])
def test_the_width_agrees_with_a_simulation_of_our_own(person_sd: float, photo_sd: float) -> None:
    plan = Plan(30, 25, 25, person_sd=person_sd, photo_sd=photo_sd)
    expected = interval_width(plan) / (200 * Z)
    assert simulated_error(plan, 3000, seed=1) == pytest.approx(expected, rel=0.05)


def test_two_arms_of_forty_people_see_about_nine_points_and_five_need_about_a_hundred_and_twenty() -> None:
    arms = Plan(40, 1000, 36, between=True, rate=0.5)
    assert smallest_difference(arms) == pytest.approx(8.7, rel=0.1)
    assert people_to_see(5, arms) == pytest.approx(121, rel=0.1)
    at_a_third = Plan(40, 1000, 36, between=True)
    assert smallest_difference(at_a_third) == pytest.approx(8.7, rel=0.15)
    assert people_to_see(5, at_a_third) == pytest.approx(121, rel=0.15)


def test_without_deviations_it_is_the_binomial() -> None:
    plan = Plan(40, 100, 36, person_sd=0, photo_sd=0)
    assert interval_width(plan) == pytest.approx(200 * Z * (0.35 * 0.65 / 1440) ** 0.5)
    assert floor_width(plan) == pytest.approx(0, abs=1e-9)


def test_more_people_come_to_the_floor_of_the_photos_and_never_below() -> None:
    widths = [interval_width(Plan(people, 50, 36)) for people in (10, 40, 160, 640, 10**6)]
    floor = floor_width(Plan(10, 50, 36))
    assert widths == sorted(widths, reverse=True)
    assert widths[-2] > floor
    assert widths[-1] == pytest.approx(floor, rel=1e-3)
    assert floor_width(Plan(10, 200, 36)) == pytest.approx(floor / 2)


def test_no_number_of_people_sees_what_the_photos_hide() -> None:
    assert people_to_see(5, Plan(40, 50, 36, between=True)) is None


def test_people_to_see_a_difference_are_the_fewest() -> None:
    plan = Plan(40, 1000, 36, between=True)
    people = people_to_see(6, plan)
    assert people is not None
    assert smallest_difference(Plan(people, 1000, 36, between=True)) <= 6
    assert smallest_difference(Plan(people - 1, 1000, 36, between=True)) > 6


def test_who_sees_both_arms_is_compared_with_oneself() -> None:
    """The same responses in each arm: 18 of each person, who sees both or one."""
    within, between = Plan(40, 1000, 36, arms=2), Plan(40, 1000, 18, between=True)
    assert interval_width(within) == interval_width(between)
    assert smallest_difference(within) < smallest_difference(between)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"people": 0}, "takes people"),
        ({"rate": 1.0}, "rate between 0 and 1"),
        ({"arms": 50}, "36 trials cannot be dealt to 50 arms"),
        ({"photos": 20}, "36 trials a person need as many different photos in an arm; there are 20"),
    ],
)
def test_an_impossible_plan_is_refused_in_words(numbers: dict[str, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Plan(**{"people": 40, "photos": 100, "trials": 36, **numbers})  # type: ignore[arg-type]


def numbers(page: str) -> list[str]:
    return re.findall(r"<dd>([^<]*)</dd>", page)


def test_the_page_says_what_usual_numbers_show_and_works_without_scripts(researcher: Client) -> None:
    page = researcher.get("/power/").content.decode()
    width, difference, floor = numbers(page)
    assert float(width) == pytest.approx(2 * Z * 2.0, rel=0.1)
    assert float(difference) == pytest.approx(8.7, rel=0.15)
    assert float(floor) < float(width)
    assert "photos are few" not in page
    again = researcher.get("/power/", {"people": 160}).content.decode()
    assert float(numbers(again)[0]) < float(width)
    assert 'value="160"' in again


def test_htmx_gets_the_numbers_alone_and_few_photos_are_warned_of(researcher: Client) -> None:
    reply = researcher.get("/power/", {"people": 40, "photos": 199}, headers={"HX-Request": "true"})
    part = reply.content.decode()
    assert "<form" not in part
    assert "199 photos are few" in part
    assert "199 photos are few" not in researcher.get("/power/", {"photos": 200}).content.decode()
    assert "No number of people sees a difference of 5 points" in part


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"people": "many"}, "People: Enter a whole number."),
        ({"people": ""}, "People: This field is required."),
        ({"people": "0"}, "People: Ensure this value is greater than or equal to 1."),
        ({"people": "9", "photos": "20"}, "36 trials a person need as many different photos in an arm; there are 20."),
        ({"people": "9", "arms": "50"}, "36 trials cannot be dealt to 50 arms"),
        ({"people": "9", "rate": "nan"}, "Fool rate to expect: Enter a number."),
    ],
)
def test_what_makes_no_plan_gets_a_sentence(researcher: Client, asked: dict[str, str], sentence: str) -> None:
    part = researcher.get("/power/", asked, headers={"HX-Request": "true"}).content.decode()
    assert sentence in part
    assert not numbers(part)
    assert researcher.get("/power.svg", asked).status_code == 400


def test_a_study_brings_its_own_numbers(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(open_it=False, quota=25, assignment="BETWEEN")
    part = researcher.get(f"/power/?study={study.slug}", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<form")
    shown = dict(re.findall(r'name="(\w+)" value="([^"]*)"', part))
    assert {name: shown[name] for name in ("people", "photos", "trials", "arms")} == {
        "people": "25",
        "photos": "30",
        "trials": "36",
        "arms": "2",
    }
    assert re.search(r'name="between"[^>]* checked', part)
    assert researcher.get("/power/?study=none").status_code == 404


def test_of_single_images_only_the_fakes_are_counted(make_study: MakeStudy) -> None:
    study = make_study(open_it=False, presentation="SINGLE", question="EITHER", catch_share=0.0)
    assert numbers_of(study)["trials"] == 20


def test_the_chart_shows_the_number_chosen_and_the_floor(researcher: Client) -> None:
    reply = researcher.get("/power.svg", {"photos": 50})
    assert reply.headers["Content-Type"] == "image/svg+xml"
    svg = reply.content.decode()
    plan = Plan(40, 50, 36)
    assert f"{interval_width(plan):.1f} points" in svg
    assert f"floor of the photos: {floor_width(plan):.1f}" in svg
    narrow = researcher.get("/power.svg?narrow=1").content.decode()
    assert float(narrow.split('width="')[1].split('"')[0]) < 330
