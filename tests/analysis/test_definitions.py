"""Every number on a page of results is one click from its definition."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from colortest.analysis import quality
from colortest.analysis.definitions import CHAPTERS, DEFINITIONS
from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.stimuli.models import Colorization, MachineFoolRate
from tests.analysis.contents import content
from tests.analysis.test_fool_rates import play
from tests.analysis.test_participants_page import people
from tests.analysis.test_photos_page import rate_photos
from tests.analysis.test_results_page import page, report
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

# Heads of columns that name a row; every other column holds numbers, or a judgement that has a definition.
NAMES = {"Algorithm", "Split", "Study", "Status", "Test set", "Results", "Reason", "Step", "Check", "Number", "Arm"}
NAMES |= {"Of the protocol", "Sunday study", "Monday study", "People in each arm"}


def words(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))).strip()


def heads(shown: str) -> list[str]:
    """What stands above or beside a number: heads of columns, and terms of lists of facts."""
    main = shown.split("<main", 1)[1]
    return re.findall(r'<th scope="col"[^>]*>(.*?)</th>', main, re.DOTALL) + re.findall(r"<dt>(.*?)</dt>", main, re.S)


def undefined(shown: str) -> list[str]:
    """Those that lead to no definition that exists."""
    links = {head: re.findall(r'class="term" href="/definitions/#([^"]+)"', head) for head in heads(shown)}
    assert links, "the page has numbers"
    assert {anchor for anchors in links.values() for anchor in anchors} <= set(DEFINITIONS)
    return [words(head) for head, anchors in links.items() if not anchors and words(head) not in NAMES]


def everything(study: Study) -> None:
    """Stored, as if the worker had computed it: people, photos, quality numbers, and what a network took for real."""
    rate_photos(study)
    people(study, 60)
    for number, row in enumerate(Colorization.objects.filter(algorithm__slug="grey")):
        row.psnr, row.colourfulness = 20 + number % 7, 30 + number % 11
        row.save()
    grey, now = study.under_test().get(), timezone.now()
    numbers = {"photos": 30, "fooled": 3.5, "rate": 0.117, "low": 0.045, "high": 0.271}
    MachineFoolRate.objects.create(
        algorithm=grey, test_set=study.test_set, split="test", requested=now, computed=now, **numbers
    )
    arms = [{**arm, "algorithm": "grey", "name": "Grey"} for arm in content()["arms"][:2]]
    differences = {**content()["differences"], "exposures": content()["differences"]["splits"]}
    report(study, quality=quality.correlations(study), arms=arms, differences=differences)
    report(study, simulated=True)


def test_every_definition_has_an_anchor_and_no_two_share_one(client: Client) -> None:
    shown = page(client, "/definitions/")
    for definition in DEFINITIONS.values():
        assert shown.count(f'<div id="{definition.anchor}">') == 1
    assert len(DEFINITIONS) == sum(len(chapter.definitions) for chapter in CHAPTERS)


@pytest.mark.parametrize("over", [True, False])
@pytest.mark.parametrize(
    "address",
    [
        "/studies/sunday-study/results/",
        "/studies/sunday-study/participants/",
        "/studies/sunday-study/live/",
        "/compare/?study=sunday-study",
        "/compare/?study=sunday-study&beside=monday-study",
        "/studies/",
        "/power/?study=sunday-study",
    ],
)
def test_every_number_leads_to_its_definition(study: Study, researcher: Client, address: str, over: bool) -> None:
    everything(study)
    other = services.open_study(study=services.copy_study(study=study, title="Monday study"))
    report(other, arms=[{**arm, "algorithm": "grey", "name": "Grey"} for arm in content()["arms"][:2]])
    if over:
        services.close_study(study=study)
    assert undefined(page(researcher, address)) == []


def test_every_number_of_a_study_under_way_leads_to_its_definition(make_study: MakeStudy, researcher: Client) -> None:
    study = make_study(assignment="BETWEEN", quota=10, practice_trials=0, test_trials=4, colour_vision="RECORD")
    play(study, fooled=1)
    shown = page(researcher, f"/studies/{study.slug}/live/")
    assert "Finished, not excluded" in shown
    assert undefined(shown) == []


def test_what_stands_beside_a_photo_leads_to_its_definition(study: Study, researcher: Client) -> None:
    everything(study)
    services.close_study(study=study)
    shown = page(researcher, "/studies/sunday-study/photos/")
    assert undefined(shown) == []
    for anchor in ("shrunk", "photo-rank", "photo-rate", "psnr", "colourfulness"):
        assert f'href="/definitions/#{anchor}"' in shown, anchor
