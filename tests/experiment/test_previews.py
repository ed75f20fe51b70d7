"""A preview plays a study as a participant would, and leaves no trace."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from colortest.analysis.models import FoolRate
from colortest.analysis.services import compute_fool_rates
from colortest.experiment import services
from colortest.experiment.models import OutsideId, Participant, Response, Study, StudyEvent, Trial, Withdrawal
from colortest.experiment.services.allocation import pairs_of, with_shown
from colortest.stimuli.models import Colorization
from tests.cast import MakeStudy
from tests.experiment.test_run import play_to_the_end, state_of
from worker import tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(make_study: MakeStudy) -> Study:
    return make_study(open_it=False, photos=16, practice_trials=2, test_trials=8, catch_share=0.25)


def preview(researcher: Client, study: Study) -> Participant:
    """As far as the first trial."""
    page = researcher.post(f"/studies/{study.slug}/preview/", {"agree": "on"})
    person = Participant.objects.get(code=page.headers["Location"].split("/")[2])
    services.begin(participant=person)
    person.refresh_from_db()
    return person


def test_it_begins_with_the_consent_page_of_a_draft(researcher: Client, draft: Study) -> None:
    page = researcher.get("/studies/sunday-study/preview/")
    assert "experiment/consent.html" in [template.name for template in page.templates]
    assert "Preview" in page.content.decode()
    assert not Participant.objects.exists()
    assert "Please tick the box" in researcher.post("/studies/sunday-study/preview/", {}).content.decode()
    assert not Participant.objects.exists()


def test_it_plays_all_trials_of_a_draft_and_is_gone_once_it_is_over(researcher: Client, draft: Study) -> None:
    person = preview(researcher, draft)
    assert (person.preview, person.rehearsal, person.simulated) == (True, True, False)
    assert person.trials.count() == 10
    assert len(state_of(researcher, person)["upcoming"]) > 0
    play_to_the_end(researcher, person)
    page = researcher.get(f"/take/{person.code}/")
    assert "experiment/thanks.html" in [template.name for template in page.templates]
    assert page.context["score"].trials == 8
    assert "Back to the study" in page.content.decode()
    assert person.code not in page.content.decode().split("<main", 1)[1]
    for table in (Participant, Trial, Response, OutsideId, Withdrawal, StudyEvent, FoolRate):
        assert not table._default_manager.exists(), table
    assert researcher.get(f"/take/{person.code}/").status_code == 404


def test_a_form_that_is_sent_twice_makes_one_preview(researcher: Client, draft: Study) -> None:
    code = researcher.get("/studies/sunday-study/preview/").context["code"]
    for _ in range(2):
        researcher.post("/studies/sunday-study/preview/", {"agree": "on", "code": code})
    assert Participant.objects.count() == 1


def test_a_preview_of_an_open_study_is_counted_nowhere(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(photos=16, practice_trials=2, test_trials=8, quota=1)
    person = preview(researcher, study)
    play_to_the_end(researcher, person)
    person.refresh_from_db()
    assert person.finished is not None
    assert not services.is_full(study)
    compute_fool_rates(study=study)
    assert set(FoolRate.objects.values_list("countable", flat=True)) == {0}
    counted = Study.objects.with_progress().get()
    assert (counted.started_count, counted.finished_count, counted.simulated_count) == (0, 0, 0)
    pairs = with_shown(study, pairs_of(study)[0], simulated=False)
    assert {pair.seen for pair in pairs} == {0}
    assert person.code not in researcher.get("/studies/sunday-study/results.csv").getvalue().decode()


def test_a_full_or_closed_study_can_be_previewed(researcher: Client, make_study: MakeStudy) -> None:
    study = make_study(photos=16, practice_trials=2, test_trials=8)
    services.close_study(study=study)
    assert preview(researcher, study).preview
    study.refresh_from_db()
    assert study.status == Study.Status.CLOSED


def test_it_shows_the_pairs_that_are_ready_and_says_when_they_are_too_few(researcher: Client, draft: Study) -> None:
    grey = draft.under_test().get()
    for row in grey.colorizations.all()[:2]:
        row.delete()
    person = preview(researcher, draft)
    ready = set(Colorization.objects.ready().values_list("pk", flat=True))
    assert set(person.trials.values_list("colorization", flat=True)) <= ready
    services.end_preview(participant=person)
    grey.colorizations.filter(photo__split="train").delete()
    page = researcher.post("/studies/sunday-study/preview/", {"agree": "on"}, follow=True)
    assert page.request["PATH_INFO"] == "/studies/sunday-study/"
    assert "Too few colorizations are ready for a preview: " in page.content.decode()
    assert not Participant.objects.exists()


def test_a_preview_that_nobody_has_open_is_swept_away_after_an_hour(researcher: Client, study: Study) -> None:
    left, open_still = preview(researcher, study), preview(researcher, study)
    somebody = services.admit_participant(study=study)
    long_ago = timezone.now() - timedelta(minutes=61)
    Participant.objects.filter(pk__in=[left.pk, somebody.pk]).update(last_seen=long_ago)
    Participant.objects.filter(pk=open_still.pk).update(last_seen=timezone.now() - timedelta(minutes=59))
    for _ in range(2):
        tasks.ring_again()
    assert set(Participant.objects.all()) == {open_still, somebody}


def test_only_previews_end_without_a_trace(study: Study) -> None:
    somebody = services.admit_participant(study=study)
    services.end_preview(participant=somebody)
    assert Participant.objects.filter(pk=somebody.pk).exists()


def test_a_preview_ends_when_the_design_under_it_changes(researcher: Client, draft: Study) -> None:
    preview(researcher, draft)
    services.change_design(
        study=draft, algorithms=[*draft.under_test()], consent_texts={"en": "Yes?"}, languages=["en"], test_trials=4
    )
    assert not Participant.objects.exists()


def test_its_pages_say_that_they_are_a_preview_and_the_trials_do_not(researcher: Client, draft: Study) -> None:
    person = preview(researcher, draft)
    trials = researcher.get(f"/take/{person.code}/").content.decode()
    stage = trials.split('class="stage"', 1)[1]
    assert "review" not in stage.split("</main>", 1)[0]
    Participant.objects.filter(pk=person.pk).update(started=None)
    page = researcher.get(f"/take/{person.code}/").content.decode()
    assert '<span class="badge">Preview: nothing is kept</span>' in page


def test_opening_a_draft_that_was_previewed_counts_from_nobody(researcher: Client, draft: Study) -> None:
    play_to_the_end(researcher, preview(researcher, draft))
    opened = services.open_study(study=draft)
    assert services.admit_participant(study=opened).trials.count() == 10
    assert Study.objects.with_progress().get().started_count == 0
