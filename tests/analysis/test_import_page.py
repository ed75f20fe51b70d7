"""A researcher imports responses on a page: a worker reads the file, and the page tells what became of it."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from colortest import jobs
from colortest.analysis import import_forms
from colortest.analysis.exports.tidy import tidy_csv
from colortest.analysis.models import ResponseImport
from colortest.analysis.services.uploads import import_uploaded
from colortest.experiment.models import Study
from tests.analysis.test_imports import amt_file, changed, rates, tidy, written
from worker import tasks

pytestmark = pytest.mark.django_db
ADDRESS = "/studies/import/"


def send(client: Client, study: Study, content: str | bytes, **fields: object) -> HttpResponse:
    data = content.encode() if isinstance(content, str) else content
    filled = {"form": "tidy", "title": "Old study", "test_set": study.test_set.pk, "practice": 10, "names": ""}
    return client.post(ADDRESS, {**filled, **fields, "upload": SimpleUploadedFile("old.csv", data)})  # type: ignore[return-value]


def read(client: Client, study: Study, content: str | bytes, **fields: object) -> ResponseImport:
    """Sent, and read by the worker's task."""
    reply = send(client, study, content, **fields)
    assert reply.status_code == 302, reply.content.decode()
    asked = ResponseImport.objects.get()
    assert (asked.status, reply.headers["Location"]) == ("WAITING", asked.get_absolute_url())
    tasks.import_responses(asked.pk)
    asked.refresh_from_db()
    return asked


def with_test_runs(study: Study) -> str:
    return b"".join(tidy_csv(study, rehearsals=True)).decode()


def test_a_tidy_table_becomes_a_study_of_the_researchers_team(played: Study, researcher: Client) -> None:
    asked = read(researcher, played, with_test_runs(played))
    assert (asked.status, asked.problems, asked.left_out) == ("IMPORTED", [], 13)
    assert asked.study
    assert rates(asked.study) == rates(played)
    ruth = get_user_model().objects.get(username="ruth")
    assert asked.study.team in ruth.groups.all()
    assert asked.study.events.get().by == ruth


def test_a_wide_table_names_its_algorithms_on_the_page(played: Study, researcher: Client) -> None:
    fields = {"form": "amt", "names": "my_alg = grey\nvigilance=catch\n"}
    asked = read(researcher, played, written(amt_file(played)), **fields)
    assert (asked.status, asked.preset, asked.names) == (
        "IMPORTED",
        "amt-code",
        {"my_alg": "grey", "vigilance": "catch"},
    )


def test_the_page_goes_on_to_the_results(played: Study, researcher: Client) -> None:
    address = send(researcher, played, with_test_runs(played)).headers["Location"]
    waiting = researcher.get(address).content.decode()
    assert f'hx-get="{address}"' in waiting
    assert "being checked and read" in waiting
    import_uploaded(import_id=ResponseImport.objects.get().pk)
    by_htmx = researcher.get(address, headers={"HX-Request": "true"})
    assert by_htmx.headers["HX-Redirect"] == "/studies/old-study/results/"
    results = researcher.get(address, follow=True)
    assert results.redirect_chain == [("/studies/old-study/results/", 302)]
    assert "13 lines of test runs were left out" in results.content.decode()
    assert "the numbers are being computed" in results.content.decode()
    assert "Send people to" not in results.content.decode()
    assert 'href="/studies/old-study/results/"' in researcher.get(ADDRESS).content.decode()


def test_a_team_is_made_for_who_has_none_and_asked_for_where_there_are_several(
    played: Study, researcher: Client
) -> None:
    ruth = get_user_model().objects.get(username="ruth")
    second = Group.objects.create(name="second laboratory")
    ruth.groups.add(second)
    assert "second laboratory" in researcher.get(ADDRESS).content.decode()
    asked = read(researcher, played, tidy(played), team=second.pk)
    assert asked.study
    assert asked.study.team == second


def test_lines_that_cannot_be_taken_are_told_ten_at_most_and_nothing_is_written(
    played: Study, researcher: Client
) -> None:
    text = changed(tidy(played), lambda rows: [row.update(chosen_side="left") for row in rows[5:30]])
    asked = read(researcher, played, text)
    assert (asked.status, asked.problem_count, len(asked.problems)) == ("REFUSED", 25, 10)
    assert asked.problems[0] == "Line 7: “left” in chosen_side is none of “LEFT”, “RIGHT”."
    assert Study.objects.count() == 1
    page = researcher.get(asked.get_absolute_url()).content.decode()
    assert "25 lines or trials cannot be taken" in page
    assert "The first 10 are these" in page
    assert "Line 16:" in page
    assert "hx-get" not in page


def test_what_was_filled_in_is_kept_for_the_next_try(played: Study, researcher: Client) -> None:
    asked = read(researcher, played, "a,b\n1,2\n", form="amt", title="Kept", names="my_alg=grey", practice=7)
    (problem,) = asked.problems
    assert problem.startswith("This is not the wide table of AMT_Real_vs_Fake: it has no column")
    page = researcher.get(f"{ADDRESS}?again={asked.pk}").content.decode()
    for kept in ('value="Kept"', "my_alg = grey", 'value="7"', 'value="amt" checked'):
        assert kept in page.replace('id="id_form_1" checked', "checked").replace("required ", ""), kept
    for nothing in ("?again=99", "?again=x", "?again=9999999999999"):
        assert researcher.get(ADDRESS + nothing).status_code == 200


@pytest.mark.parametrize(
    ("content", "fields", "told"),
    [
        (b"", {}, "This file is empty"),
        (b"a", {"title": ""}, "This field is required"),
        (b"a", {"names": "my_alg"}, "Write one a line"),
        (b"a", {"names": "my_alg = gray"}, "There is no algorithm “gray” here"),
        (b"a" * 2001, {}, "is larger than 0.002 MB"),
    ],
)
def test_a_form_that_is_wrong_says_so_beside_the_field(
    played: Study,
    researcher: Client,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    fields: dict[str, object],
    told: str,
) -> None:
    monkeypatch.setattr(import_forms, "LARGEST_MB", 0.002)
    assert told in send(researcher, played, content, **fields).content.decode()
    assert not ResponseImport.objects.exists()


def test_the_file_is_gone_once_it_is_read(
    played: Study, researcher: Client, django_capture_on_commit_callbacks: object
) -> None:
    send(researcher, played, "no table")
    asked = ResponseImport.objects.get()
    storage, name = asked.upload.storage, asked.upload.name
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        tasks.import_responses(asked.pk)
    assert not storage.exists(name)
    asked.refresh_from_db()
    tasks.import_responses(asked.pk)  # a second ring changes nothing
    assert ResponseImport.objects.get().problems == asked.problems


def test_a_lost_file_and_a_taken_title_are_told(played: Study, researcher: Client) -> None:
    send(researcher, played, tidy(played))
    asked = ResponseImport.objects.get()
    asked.upload.storage.delete(asked.upload.name)
    tasks.import_responses(asked.pk)
    assert ResponseImport.objects.get().problems == ["The file is no longer there: please choose it again."]
    asked.delete()
    assert "needs a title of its own" in read(researcher, played, tidy(played), title="Sunday study").problems[0]


def test_a_ring_that_was_lost_is_made_up_for(
    played: Study, researcher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(researcher, played, "no table")
    rung: list[int] = []
    monkeypatch.setattr(jobs, "import_responses", lambda pk, *, again: rung.append(pk))
    tasks.ring_again()
    assert rung == [ResponseImport.objects.get().pk]


def test_an_import_that_lies_cannot_be_stored(played: Study, researcher: Client) -> None:
    send(researcher, played, "no table")
    for lie in ({"status": "IMPORTED"}, {"status": "REFUSED"}, {"upload": ""}, {"problems": ["why"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ResponseImport.objects.update(**lie)


def test_nobody_else_sees_it(played: Study, researcher: Client, admin: Client, other_researcher: Client) -> None:
    address = send(researcher, played, "no table").headers["Location"]
    assert researcher.get(address).status_code == 200
    assert {client.get(address).status_code for client in (admin, other_researcher)} == {404}


def test_no_study_takes_its_address(researcher: Client, played: Study) -> None:
    page = researcher.get("/studies/new/")
    assert page.status_code == 200
    asked = read(researcher, played, tidy(played), title="Import")
    assert "cannot be used" in asked.problems[0]
