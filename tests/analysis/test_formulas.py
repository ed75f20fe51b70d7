"""No cell that somebody else worded is a formula in a spreadsheet, and each comes back as it was."""

import csv
import io
import json
import zipfile

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from colortest.analysis.api.lines import json_lines
from colortest.analysis.api.openapi import describe
from colortest.analysis.exports.amt import wide_csv
from colortest.analysis.exports.codebook import codebook, variables
from colortest.analysis.exports.columns import COLUMNS
from colortest.analysis.exports.psych_ds import psych_ds_zip
from colortest.analysis.exports.tidy import tidy_csv
from colortest.analysis.formulas import TOLD, guarded, unguarded
from colortest.analysis.services import compute_fool_rates, make_token
from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from colortest.stimuli.models import Algorithm, Photo
from tests.analysis.test_fool_rates import play
from tests.analysis.test_imports import rates, take
from tests.cast import MakeStudy

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'", "'=1", "''x", "'quoted'", "plain", "-")
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@given(st.one_of(st.text(), st.text("=+-@\t\r\n'x", max_size=6), st.sampled_from(HOSTILE)))
def test_any_text_comes_back_and_begins_as_no_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(STARTS)


def test_an_apostrophe_that_is_no_mark_stays() -> None:
    assert [unguarded(text) for text in ("'tis", "'", "")] == ["'tis", "'", ""]


@pytest.fixture
def hostile(make_study: MakeStudy) -> Study:
    """Photos, a split, an algorithm and reasons that begin as formulas do; one person for each reason."""
    study = make_study(practice_trials=2, test_trials=10, open_it=False)
    for photo, name in zip(study.test_set.photos.filter(split="test"), HOSTILE * 9, strict=False):
        Photo.objects.filter(pk=photo.pk).update(name=name, split="=cmd|' /C calc'!A0")
    Photo.objects.filter(split="train").update(split="'+train")
    study.splits = ["'+train", "=cmd|' /C calc'!A0"]
    study.save()
    Algorithm.objects.filter(slug="grey").update(slug="-grey")
    services.open_study(study=study)
    study.refresh_from_db()
    for reason in ("", *HOSTILE):
        person = play(study, fooled=5)
        Participant.objects.filter(pk=person.pk).update(exclusion_reason=reason)
    compute_fool_rates(study=study)
    return study


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.django_db
def test_every_csv_is_safe_and_the_round_trip_is_exact(hostile: Study) -> None:
    text = b"".join(tidy_csv(hostile)).decode()
    told = rows(text)
    assert not [cell for row in told for cell in row.values() if cell.startswith(STARTS)]
    assert {unguarded(row["reason"]) for row in told} == {"", *HOSTILE}
    assert {row["photo"] for row in told} & {"'=1+1", "'-1", "''", "''=1"}
    old = take(hostile, text)
    assert rates(old) == rates(hostile)
    assert old.splits == hostile.splits
    reasons = [
        list(one.participants.order_by("number").values_list("exclusion_reason", flat=True)) for one in (old, hostile)
    ]
    assert reasons[0] == reasons[1]
    again = rows(b"".join(tidy_csv(old)).decode())
    new = {"study": "", "design_hash": "", "imported": ""}
    assert [row | new for row in again] == [row | new for row in told]


@pytest.mark.django_db
def test_the_other_tables_are_safe_too_and_json_says_what_is(hostile: Study) -> None:
    wide = rows(b"".join(wide_csv(hostile)).decode())
    assert not [cell for row in wide for cell in row.values() if cell.startswith(STARTS)]
    assert any(cell.startswith("'-grey/=cmd") for cell in wide[0].values())
    study = take(hostile, b"".join(wide_csv(hostile)).decode(), "amt", practice=2, title="Wide", preset="thesis-2020")
    assert set(study.algorithms.values_list("slug", flat=True)) == {"-grey", "catch"}
    archive = zipfile.ZipFile(io.BytesIO(b"".join(psych_ds_zip(hostile))))
    tables = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".csv")]
    assert len(tables) == 1 + len(HOSTILE)
    assert not [cell for table in tables for row in rows(table) for cell in row.values() if cell.startswith(STARTS)]
    lines = [json.loads(line) for line in b"".join(json_lines(hostile)).splitlines()]
    assert {line["split"] for line in lines} == set(hostile.splits)
    assert {line["algorithm"] for line in lines} == {"-grey", "catch"}


@pytest.mark.django_db
def test_page_command_and_interface_give_the_same_bytes(
    hostile: Study, researcher: Client, client: Client, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    whole = b"".join(tidy_csv(hostile))
    page = researcher.get(f"/studies/{hostile.slug}/export/tidy/")
    assert b"".join(page.streaming_content) == whole  # type: ignore[attr-defined]
    capfdbinary.readouterr()
    call_command("export", hostile.slug, "--format", "tidy", "-o", "-")
    assert capfdbinary.readouterr().out == whole
    token = make_token(account=get_user_model().objects.get(username="ruth"), name="notebook")
    read = client.get(f"/api/studies/{hostile.slug}/responses.csv", headers={"Authorization": f"Bearer {token}"})
    assert b"".join(read.streaming_content) == whole  # type: ignore[attr-defined]


def test_codebook_and_descriptions_say_so() -> None:
    assert codebook().count(TOLD) == sum(TOLD in variable["description"] for variable in variables()) == 4
    paths = describe("http://site", {"photo": "The photo."})["paths"]
    about = {path: one["get"].get("description", "") for path, one in paths.items()}
    assert [path for path, told in about.items() if TOLD in told] == ["/api/studies/{slug}/responses.csv"]


def test_numbers_are_never_guarded_whatever_their_sign() -> None:
    assert {column.name for column in COLUMNS if column.outside} == {"photo", "split", "algorithm", "reason"}
