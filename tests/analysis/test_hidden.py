"""What a design hides until the study is closed leaves by no door before."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from colortest.experiment import services
from tests.analysis.test_fool_rates import play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db
TABLES = ["results.csv", "export/tidy/", "export/amt/", "export/psych-ds/"]
SENTENCE = "hides what people choose until it is closed"


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
