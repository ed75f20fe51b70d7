"""An open page is heard of while its participant reads or hesitates."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page

from colortest.experiment.models import Participant
from tests.browser import playing
from tests.cast import MakeStudy
from tests.running import wait_until


def test_who_reads_the_instructions_for_long_keeps_the_places(page: Page, site: str, make_study: MakeStudy) -> None:
    make_study(photos=16, practice_trials=0, test_trials=4, catch_share=0.0)
    playing.agree(page, f"{site}/s/sunday-study/")
    page.clock.install()
    page.reload()
    Participant.objects.update(last_seen=timezone.now() - timedelta(minutes=6))
    assert not Participant.objects.holding_places().exists()
    with page.expect_request("**/heartbeat/"):
        page.clock.fast_forward(31_000)
    wait_until(lambda: Participant.objects.holding_places().exists())
