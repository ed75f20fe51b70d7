"""What a design hides until the study is closed leaves by no door before."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from colortest.analysis.services import compute_fool_rates, make_token
from colortest.analysis.services.reports import store_report
from colortest.experiment import services
from colortest.experiment.models import Study
from tests.addresses import TABLE, TEAM
from tests.analysis.test_fool_rates import play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db
TABLES = ["results.csv", "export/tidy/", "export/amt/", "export/psych-ds/"]
SENTENCE = "hides what people choose until it is closed"
CHARTS = ("fool-rates", "exclusions", "participants", "photos", "learning", "psnr", "colourfulness", "over-time")
CHARTS += ("differences-splits", "exposures-1000", "simulated-fool-rates")
# Nothing of these addresses is read: they change something, or need more than the study's name.
OTHERS = {"revoke_link", "compare_chart"}
RATE = "27.8"  # 10 of 36, of people and of simulated participants


def places_to_look() -> Iterator[str]:
    """Every address of the study that is read, with what it may be asked for, and those where it is one of several."""
    for name, (who, method, address) in TABLE.items():
        if who == TEAM and method == "get" and name not in OTHERS:
            yield address
    results = "/studies/sunday-study"
    for name in CHARTS:
        yield from (f"{results}/charts/{name}.{form}" for form in ("svg", "png", "json"))
    yield from (f"{results}/export/{form}/" for form in ("tidy", "amt", "psych-ds", "json"))
    yield from (f"{results}/participants/?order={order}" for order in ("most", "least", "catch", "fast", "slow"))
    yield from (f"{results}/photos/?order={order}&algorithm=grey" for order in ("most", "least"))
    yield from (
        "/studies/",
        "/compare/?study=sunday-study",
        f"{results}/results/?seen=",
        f"{results}/live/?status=OPEN",
    )


def read(client: Client, address: str, token: str) -> str:
    """What comes, with all that it leads on to."""
    headers = {"Authorization": f"Bearer {token}"} if address.startswith("/api/") else {}
    reply = client.get(address, headers=headers, follow=True)
    return reply.getvalue().decode(errors="replace")


def tells(said: str) -> bool:
    """Whether it holds the fool rate, or a column that says who was fooled."""
    secret = rf'\b{re.escape(RATE)}\b|0\.2777|"fooled": ?\d|,fooled,|fool-rates\.svg|rank 1\b'
    return re.search(secret, said) is not None


def ran(make_study: MakeStudy, interim: str) -> Study:
    """With people, one of them excluded, and simulated participants, all of whom are fooled equally often."""
    study = make_study(interim=interim)
    for _ in range(5):
        play(study, fooled=10)
    play(study, fooled=10, simulated=True)
    compute_fool_rates(study=study)
    store_report(study=study)
    return study


def test_no_address_of_a_study_that_hides_its_rates_tells_one(researcher: Client, make_study: MakeStudy) -> None:
    study = ran(make_study, "HIDDEN")
    token = make_token(account=get_user_model().objects.get(username="ruth"), name="notebook")
    addresses = [*places_to_look(), *(address for _, _, address in TABLE.values() if "/api/studies/" in address)]
    assert [address for address in addresses if tells(read(researcher, address, token))] == []
    services.close_study(study=study)
    told = [address for address in addresses if tells(read(researcher, address, token))]
    for part in ("results/", "participants/", "photos/", "compare/", "export/json/", "results.csv", "fool-rates/"):
        assert any(part in address for address in told), f"the test would see it: {part}"


@pytest.mark.parametrize("address", TABLES)
def test_responses_are_downloaded_once_it_is_closed(researcher: Client, make_study: MakeStudy, address: str) -> None:
    study = make_study(interim="HIDDEN")
    play(study, fooled=9)
    refused = researcher.get(f"/studies/{study.slug}/{address}", follow=True)
    assert SENTENCE in refused.content.decode()
    assert "<h1>Results" in refused.content.decode()
    services.close_study(study=study)
    assert researcher.get(f"/studies/{study.slug}/{address}").getvalue()


def test_the_command_says_so_too(make_study: MakeStudy) -> None:
    study = make_study(interim="HIDDEN")
    with pytest.raises(CommandError, match=SENTENCE):
        call_command("export", study.slug, "-o", "-")
