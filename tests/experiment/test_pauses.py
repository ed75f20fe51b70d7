"""A pause keeps the door shut and opens nothing else; closing shows final numbers."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from colortest.analysis import shown
from colortest.experiment import services
from colortest.experiment.models import Participant, Study, StudyEvent
from colortest.refusal import Refused
from tests.analysis.test_reports import finish, report_on
from tests.cast import MakeStudy
from tests.experiment.test_run import play_to_the_end

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("interim", ["SEQUENCE", "HIDDEN"])
def test_a_pause_shows_no_more_than_before(make_study: MakeStudy, researcher: Client, interim: str) -> None:
    study = make_study(interim=interim)
    finish(study, fooled=9)
    report_on(study)
    services.pause_study(study=study)
    assert study.showing == interim
    people = shown.of_people(study)
    assert people
    assert not people.final
    page = researcher.get("/studies/sunday-study/results/").content.decode()
    assert "This study is not closed yet" in page if interim == "HIDDEN" else "confidence sequence" in page
    assert "Differences" not in page
    services.close_study(study=study)
    assert study.showing == "FINAL"


def test_nobody_new_comes_in_and_those_under_way_finish(client: Client, participant: Participant, study: Study) -> None:
    services.pause_study(study=study)
    late = client.post("/s/sunday-study/", {"agree": "on"})
    assert "experiment/landing_paused.html" in [template.name for template in late.templates]
    with pytest.raises(Refused):
        services.admit_participant(study=study)
    assert study.participants.count() == 1
    play_to_the_end(client, participant)
    participant.refresh_from_db()
    assert participant.finished


def test_who_comes_meanwhile_is_asked_back_in_their_language(client: Client, study: Study) -> None:
    services.pause_study(study=study)
    said = {
        language: client.get("/s/sunday-study/", headers={"accept-language": language}).content.decode()
        for language in ("en", "es")
    }
    assert "This study is paused: please come back later, with the same link." in said["en"]
    assert "Este estudio está en pausa: vuelve más tarde, con el mismo enlace." in said["es"]
    services.open_study(study=study)
    assert "landing_paused" not in str(client.get("/s/sunday-study/").templates[0].name)


def test_a_study_that_is_paused_while_the_form_is_read_says_so(
    client: Client, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = services.admit_participant

    def too_late(**kwargs: object) -> Participant:
        services.pause_study(study=study)
        return admit(**kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "admit_participant", too_late)
    page = client.post("/s/sunday-study/", {"agree": "on"})
    assert "experiment/landing_paused.html" in [template.name for template in page.templates]


def test_only_an_open_study_is_paused_and_each_step_is_logged_once(make_study: MakeStudy) -> None:
    study = make_study(open_it=False)
    assert services.pause_study(study=study).status == "DRAFT"
    services.open_study(study=study)
    frozen = Study.objects.get().design_hash
    for _ in range(2):
        assert services.pause_study(study=study).status == "PAUSED"
    for _ in range(2):
        assert services.open_study(study=study).status == "OPEN"
    for step in (services.pause_study, services.close_study, services.pause_study):
        closed = step(study=study)
    assert closed.status == "CLOSED"
    assert list(study.events.values_list("what", flat=True)) == ["OPENED", "PAUSED", "RESUMED", "PAUSED", "CLOSED"]
    assert services.design_hash(study) == closed.design_hash == frozen


def test_the_database_pauses_neither_drafts_nor_closed_studies_nor_imported_ones(make_study: MakeStudy) -> None:
    study = make_study(open_it=False)
    for wrong in ({"design_hash": "0" * 64}, {}):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            Study.objects.filter(pk=study.pk).update(status="PAUSED", **wrong)
        services.close_study(study=services.open_study(study=study))
    imported = Study.objects.filter(pk=services.copy_study(study=study).pk)
    with pytest.raises(IntegrityError, match="imported_is_never_open"), transaction.atomic():
        imported.update(imported="TIDY", status="OPEN", design_hash="0" * 64)
    imported.update(status="OPEN", design_hash="0" * 64)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        imported.update(imported="TIDY", status="PAUSED")


def test_a_paused_study_is_found_by_its_status_and_told_to_programs(researcher: Client, study: Study) -> None:
    services.pause_study(study=study)
    page = researcher.get("/studies/?status=PAUSED").content.decode()
    assert "Sunday study" in page
    assert ">paused</span>" in page
    assert "Sunday study" not in Client().get("/").content.decode()


def test_studies_of_before_there_were_pauses_stay_as_they_are(make_study: MakeStudy) -> None:
    """From the schema before, with rows in it, to the one of today; all within the test's transaction."""
    study = services.close_study(study=make_study())
    services.open_study(study=services.copy_study(study=study))
    kept = list(Study.objects.order_by("pk").values("slug", "status", "design_hash", "seed"))
    log = list(StudyEvent.objects.order_by("pk").values("study", "what", "by", "at"))
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor.migrate([("experiment", "0008_imported_responses")])
    MigrationExecutor(connection).migrate(latest)
    assert list(Study.objects.order_by("pk").values("slug", "status", "design_hash", "seed")) == kept
    assert list(StudyEvent.objects.order_by("pk").values("study", "what", "by", "at")) == log
    assert services.pause_study(study=Study.objects.get(status="OPEN")).status == "PAUSED"
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Study.objects.filter(pk=study.pk).update(status="PAUSED")


def test_closing_is_asked_about_first_and_leads_back(
    participant: Participant, study: Study, researcher: Client
) -> None:
    asked = researcher.get("/studies/sunday-study/close/?from=live")
    page = asked.content.decode()
    assert "Close this study?" in page
    assert "0 people have finished" in page
    assert "1 is under way and may finish" in page
    assert Study.objects.get().status == "OPEN"
    assert 'href="/studies/sunday-study/live/">No, go back' in page
    closed = researcher.post("/studies/sunday-study/close/", {"from": "live"})
    assert closed.headers["Location"] == "/studies/sunday-study/live/"
    assert Study.objects.get().status == "CLOSED"
    for method in (researcher.get, researcher.post):
        assert method("/studies/sunday-study/close/").headers["Location"] == "/studies/sunday-study/"
    assert study.events.count() == 2
