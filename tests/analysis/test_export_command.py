"""`manage.py export` writes what the page downloads, byte for byte, or says in one sentence why not."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from colortest.analysis.exports.formats import FORMATS
from colortest.analysis.services import compute_fool_rates
from colortest.experiment import services
from colortest.experiment.models import Study
from tests.analysis.test_fool_rates import play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

ADDRESSES = {form: f"/studies/sunday-study/export/{form}/" for form in FORMATS} | {
    "tidy": "/studies/sunday-study/results.csv"
}


@pytest.fixture
def played(make_study: MakeStudy) -> Study:
    study = make_study(practice_trials=2, test_trials=10)
    play(study, fooled=2)
    play(study, fooled=7)
    play(study, fooled=5, simulated=True)
    services.close_study(study=study)
    compute_fool_rates(study=study)
    study.refresh_from_db()
    return study


def export(*options: str) -> str:
    said = io.StringIO()
    call_command("export", *options, stdout=said)
    return said.getvalue()


def download(client: Client, address: str) -> bytes:
    return b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMATS)
def test_the_file_is_the_pages_byte_for_byte(form: str, played: Study, researcher: Client, tmp_path: Path) -> None:
    path = tmp_path / "out"
    said = export("sunday-study", "--format", form, "-o", str(path))
    assert f"{path.stat().st_size:,} bytes" in said
    assert path.read_bytes() == download(researcher, ADDRESSES[form])
    assert path.read_bytes() == download(researcher, f"/studies/sunday-study/export/{form}/")
    assert path.stat().st_size > 500


def test_without_a_name_the_file_is_called_as_the_page_calls_it(
    played: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, researcher: Client
) -> None:
    monkeypatch.chdir(tmp_path)
    for form in FORMATS:
        export("sunday-study", "--format", form)
        named = researcher.get(f"/studies/sunday-study/export/{form}/").headers["Content-Disposition"]
        (written,) = tmp_path.iterdir()
        assert named == f'attachment; filename="{written.name}"'
        written.unlink()


def test_an_unknown_study_is_told_and_nothing_written(study: Study, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no study “monday-study” here."):
        export("monday-study", "-o", str(tmp_path / "out"))
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told(study: Study, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        export("sunday-study", "-o", str(tmp_path / "missing" / "out.csv"))
    with pytest.raises(CommandError, match="cannot be written: Is a directory"):
        export("sunday-study", "-o", str(tmp_path))
    assert not list(tmp_path.iterdir())
    export("sunday-study", "-o", "/dev/null")
    assert not Path("/dev/null").is_file()


def test_what_was_there_before_stays_when_an_export_fails(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("of yesterday")

    def full(*_: object, **__: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("colortest.analysis.exports.tidy.rows_of", full)
    play(study, fooled=0)
    with pytest.raises(CommandError, match="No space left on device"):
        export("sunday-study", "-o", str(path))
    assert path.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_format_cannot_hold_is_told_on_the_page_and_by_the_command(
    make_study: MakeStudy, researcher: Client, tmp_path: Path
) -> None:
    make_study(presentation="SINGLE", question="EITHER", catch_share=0.0)
    with pytest.raises(CommandError, match="single images"):
        export("sunday-study", "--format", "amt", "-o", str(tmp_path / "out"))
    reply = researcher.get("/studies/sunday-study/export/amt/")
    assert reply.headers["Location"] == "/studies/sunday-study/results/"
    assert researcher.get("/studies/sunday-study/export/excel/").status_code == 404


def test_the_zip_and_the_json_are_whole(played: Study, researcher: Client) -> None:
    zipped = zipfile.ZipFile(io.BytesIO(download(researcher, ADDRESSES["psych-ds"])))
    assert zipped.testzip() is None
    numbers = json.loads(download(researcher, ADDRESSES["json"]))
    assert numbers["design_hash"] == played.design_hash


def test_the_methods_page_has_both_paragraphs(played: Study, researcher: Client) -> None:
    page = researcher.get("/studies/sunday-study/methods/").content.decode()
    assert "The fool rate is the share" in page
    assert "La tasa de engaño es" in page
