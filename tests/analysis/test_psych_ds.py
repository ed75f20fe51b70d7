"""The Psych-DS dataset keeps the rules of its specification, and describes every column of every file."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from colortest.analysis.exports.psych_ds import psych_ds_zip
from colortest.analysis.exports.tidy import NAMES, tidy_csv
from colortest.analysis.services import compute_fool_rates
from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.refusal import Refused
from tests.analysis import psych_ds_rules
from tests.analysis.test_fool_rates import LATE, play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

Files = dict[str, bytes]


def unzipped(study: Study) -> Files:
    """Path below the one folder of the zip → content."""
    archive = zipfile.ZipFile(io.BytesIO(b"".join(psych_ds_zip(study))))
    assert {name.partition("/")[0] for name in archive.namelist()} == {study.slug}
    return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    return make_study(practice_trials=2, test_trials=10)


@pytest.fixture
def files(study: Study) -> Files:
    play(study, fooled=5)
    play(study, fooled=3, exposure=LATE)
    play(study, fooled=9, simulated=True)
    play(study, fooled=9, rehearsal=True)
    services.close_study(study=study)
    compute_fool_rates(study=study)
    study.refresh_from_db()
    return unzipped(study)


def test_no_rule_is_broken_and_nothing_recommended_is_unknown(files: Files) -> None:
    assert psych_ds_rules.errors(files) == set()
    assert psych_ds_rules.warnings(files) == set()


def change(path: str, old: str, new: str) -> Callable[[Files], Files]:
    return lambda files: files | {path: files[path].decode().replace(old, new).encode()}


FIRST = "data/study-sundaystudy_subject-1_data.csv"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (lambda files: {path: files[path] for path in files if "data/" not in path}, "MISSING_DATA_DIRECTORY"),
        (lambda files: {path: files[path] for path in files if "dataset" not in path}, "MISSING_DATASET_DESCRIPTION"),
        (lambda files: files | {"data/subject_1_data.csv": b"a\n"}, "FILENAME_KEYWORD_FORMATTING_ERROR"),
        (change("dataset_description.json", '"Dataset"', '"Book"'), "INCORRECT_DATASET_TYPE"),
        (change("dataset_description.json", '"@type": "Dataset",', ""), "MISSING_DATASET_TYPE"),
        (change("dataset_description.json", '"@context"', '"context"'), "INVALID_JSONLD_FORMATTING"),
        (change("dataset_description.json", '"name": "rt_ms"', '"name": "rt"'), "VARIABLE_MISSING_FROM_CSV_COLUMNS"),
        (
            change("dataset_description.json", '"description": "Resp', '"about": "Resp'),
            "JSON_KEY_REQUIRED: description",
        ),
        (change("dataset_description.json", '"name": "rt_ms"', '"name": "rt"'), "CSV_COLUMN_MISSING_FROM_METADATA"),
        (change(FIRST, "position,kind", "position,kind,kind"), "CSV_HEADER_REPEATED"),
        (change(FIRST, ",PRACTICE,", ","), "CSV_HEADER_LENGTH_MISMATCH"),
    ],
)
def test_the_rules_of_this_test_find_what_is_broken(broken: Callable[[Files], Files], code: str, files: Files) -> None:
    assert code in psych_ds_rules.errors(broken(files))


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (lambda files: files | {"notes.md": b"a"}, "FILE_NOT_CHECKED: notes.md"),
        (lambda files: files | {"data/notes.csv": b"a"}, "FILE_NOT_CHECKED: data/notes.csv"),
        (lambda files: files | {"data/dataset_description.json": b"{}"}, "WRONG_METADATA_LOCATION"),
        (lambda files: {path: files[path] for path in files if "analysis/" not in path}, "MISSING_ANALYSIS_DIRECTORY"),
        (lambda files: {path: files[path] for path in files if "ignore" not in path}, "MISSING_PSYCHDSIGNORE"),
        (change("dataset_description.json", '"PropertyValue"', '"Person"'), "INVALID_OBJECT_TYPE: variableMeasured"),
    ],
)
def test_they_find_what_is_not_as_recommended(broken: Callable[[Files], Files], code: str, files: Files) -> None:
    assert code in psych_ds_rules.warnings(broken(files))


def test_the_script_in_it_finds_the_fool_rates_from_its_data(files: Files, study: Study, tmp_path: Path) -> None:
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    argv = [sys.executable, "analysis/fool_rates.py"]
    said = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300).stdout
    found = [tuple(line.split("\t")) for line in said.splitlines()[1:]]
    rates = study.fool_rates.of_people().filter(countable__gt=0).select_related("algorithm")
    assert rates
    assert sorted(found) == sorted(
        (rate.algorithm.slug, rate.split, str(rate.fooled), str(rate.countable), f"{rate.rate:.4f}") for rate in rates
    )


def test_each_participant_has_a_file_and_together_they_are_the_tidy_table(files: Files, study: Study) -> None:
    data = sorted(path for path in files if path.startswith("data/"))
    assert data == [f"data/study-sundaystudy_subject-{number}_data.csv" for number in (1, 2, 3)]
    rows = [row for path in data for row in csv.reader(io.StringIO(files[path].decode(), newline="")) if row != NAMES]
    assert rows == list(csv.reader(io.StringIO(b"".join(tidy_csv(study)).decode(), newline="")))[1:]


def test_every_column_is_described_for_people_and_for_programs(files: Files) -> None:
    described = json.loads(files["dataset_description.json"])
    assert described["schemaVersion"].startswith("Psych-DS 1.")
    variables = {variable["name"]: variable for variable in described["variableMeasured"]}
    assert list(variables) == NAMES
    assert variables["rt_ms"]["unitText"] == "milliseconds"
    assert {level["value"] for level in variables["kind"]["valueReference"]} == {"PRACTICE", "TEST", "CATCH"}
    codebook = files["documentation/codebook.md"].decode()
    for name, variable in variables.items():
        assert len(variable["description"]) > 15
        assert f"| `{name}` |" in codebook


def test_it_tells_the_design_the_numbers_and_what_was_agreed_to(files: Files, study: Study) -> None:
    design = json.loads(files["materials/design.json"])
    assert design["design_hash"] == study.design_hash
    assert (design["exposures_ms"], design["test_trials"], design["question"]) == ([1000], 10, "REAL")
    assert {one["slug"] for one in design["algorithms"]} == {"grey", "catch"}
    assert json.loads(files["results/numbers.json"])["study"] == "sunday-study"
    assert study.consent_text_in("es") in files["documentation/consent_es.txt"].decode()
    assert study.design_hash in files["documentation/methods_en.txt"].decode()
    readme, changes = files["README.md"].decode(), files["CHANGES.md"].decode()
    assert "`participant` and `position` together name a row" in readme
    assert "the study was opened." in changes
    assert "the study was closed." in changes


def test_nothing_in_it_opens_a_run(files: Files, study: Study) -> None:
    whole = b"".join(files.values()).decode()
    for person in study.participants.all():
        assert person.code not in whole
        assert person.trials.first().token not in whole


def test_the_same_responses_give_the_same_bytes(files: Files, study: Study) -> None:
    assert b"".join(psych_ds_zip(study)) == b"".join(psych_ds_zip(study))


def test_its_first_bytes_come_before_any_data_is_read(files: Files, study: Study) -> None:
    with CaptureQueriesContext(connection) as asked:
        first = next(psych_ds_zip(study))
    assert b"dataset_description.json" in first
    assert not [query for query in asked.captured_queries if query["sql"].startswith("COPY")]
    assert len(asked.captured_queries) < 5


def test_without_a_response_there_is_no_dataset(study: Study) -> None:
    with pytest.raises(Refused, match="at least one response"):
        psych_ds_zip(study)
