"""Every response as a row of CSV, with everything that is known of it and nothing that tells who gave it."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client

from colortest.analysis.exports import tidy
from colortest.analysis.exports.columns import COLUMNS
from colortest.experiment import services
from colortest.experiment.models import OutsideId, Participant, Response, Study
from colortest.stimuli.models import Photo
from tests.analysis.test_fool_rates import GOOD, LATE, play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

# What the protocol asks an export for, by name.
ASKED_FOR = (
    *("study", "design_hash", "participant", "position", "kind", "photo", "split", "algorithm", "checkpoint_sha256"),
    *("fake_side", "first_shown", "question", "chosen_side", "fooled", "rt_ms", "asked_ms", "left_onset_ms"),
    *("left_offset_ms", "left_exposure_ms", "right_onset_ms", "right_offset_ms", "right_exposure_ms", "frames"),
    *("frame_ms", "presentation", "flags", "excluded", "reason", "seed", "time"),
)


def rows_of(study: Study, *, rehearsals: bool = False) -> list[dict[str, str]]:
    text = b"".join(tidy.tidy_csv(study, rehearsals=rehearsals)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_column_of_the_protocol_is_there_with_what_the_rows_say(study: Study) -> None:
    person = play(study, fooled=5, exposure=replace(GOOD, left_onset_ms=500.25, left_ms=999.96))
    rows = rows_of(study)
    assert set(ASKED_FOR) <= set(rows[0])
    responses = Response.objects.with_fooled().select_related("trial__colorization__photo").order_by("trial__position")
    for row, response in zip(rows, responses, strict=True):
        trial, photo = response.trial, response.trial.colorization.photo
        assert (row["photo"], row["photo_sha256"], row["split"]) == (photo.name, photo.sha256, photo.split)
        assert (row["position"], row["kind"], row["participant"]) == (str(trial.position), trial.kind, "1")
        assert {row["fake_side"], trial.real_side} == {"LEFT", "RIGHT"}
        assert (row["chosen_side"], row["fooled"]) == (response.chosen_side, str(response.fooled))
        assert (row["left_onset_ms"], row["left_exposure_ms"], row["left_offset_ms"]) == ("500.2", "1000", "1500.2")
        assert datetime.fromisoformat(row["time"]) == response.received
        assert row["time"].endswith("Z")
    assert {row["design_hash"] for row in rows} == {study.design_hash}
    assert {(row["seed"], row["excluded"], row["reason"], row["imported"]) for row in rows} == {
        (str(study.seed), "False", "", "False")
    }
    assert person.finished


def test_nothing_in_it_opens_a_run_or_names_a_person(study: Study) -> None:
    person = services.admit_participant(study=study, outside_id="5f2b9c")
    services.begin(participant=person)
    trial = person.trials.first()
    services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=GOOD)
    text = b"".join(tidy.tidy_csv(study)).decode()
    assert text.count("\n") == 2
    for secret in (person.code, trial.token, OutsideId.objects.get().digest, "5f2b9c"):
        assert secret not in text


def test_flagged_and_excluded_responses_are_there_and_say_so(study: Study) -> None:
    play(study, fooled=1, exposure=LATE)
    excluded = play(study, fooled=2)
    Participant.objects.filter(pk=excluded.pk).update(exclusion_reason="caught 1 of 4 catch trials, fewer than 50 %")
    rows = rows_of(study)
    assert {row["flags"] for row in rows if row["participant"] == "1"} == {"EXPOSURE"}
    assert {(row["excluded"], row["reason"]) for row in rows if row["participant"] == "2"} == {
        ("True", "caught 1 of 4 catch trials, fewer than 50 %")
    }


def test_who_follows_whom_is_told_only_where_one_follows_the_other(make_study: MakeStudy) -> None:
    study = make_study(presentation="SEQUENTIAL", order="BALANCED")
    play(study, fooled=0)
    assert {row["first_shown"] for row in rows_of(study)} == {"LEFT", "RIGHT"}


def test_a_single_image_has_a_fake_side_only_if_it_is_the_fake(make_study: MakeStudy) -> None:
    study = make_study(presentation="SINGLE", question="EITHER", catch_share=0.0)
    play(study, fooled=4, exposure=replace(GOOD, right_onset_ms=None, right_ms=None))
    rows = rows_of(study)
    assert {row["fake_side"] for row in rows} == {"LEFT", ""}
    assert {row["right_exposure_ms"] + row["right_onset_ms"] + row["first_shown"] for row in rows} == {""}
    for row in rows:
        fake, said_real = row["fake_side"] == "LEFT", row["chosen_side"] == "LEFT"
        assert row["fooled"] == str(fake and said_real)
        assert row["correct"] == str(fake != said_real)


def test_a_name_with_commas_quotes_and_lines_stays_one_cell(study: Study) -> None:
    play(study, fooled=0)
    odd = 'a, "b"\nñ.jpg'
    photo = Response.objects.first().trial.colorization.photo
    photo.name = odd
    photo.save()
    assert [row["photo"] for row in rows_of(study)].count(odd) == 1


def test_a_name_with_lines_is_whole_in_the_table_of_each_participant_too(study: Study) -> None:
    for _ in range(2):
        play(study, fooled=0)
    Photo.objects.update(name='1\n2,"\r\n"')
    tables = dict(tidy.tables_of_participants(study))
    rows = [row for table in tables.values() for row in csv.reader(io.StringIO(table.decode(), newline=""))]
    assert list(tables) == [1, 2]
    assert [row for row in rows if row != tidy.NAMES] == [list(row.values()) for row in rows_of(study)]


def test_batches_leave_nobody_out_and_nobody_twice(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    for fooled in range(4):
        play(study, fooled=fooled)
    services.erase_run(participant=study.participants.get(number=2), by=None)
    whole = b"".join(tidy.tidy_csv(study))
    monkeypatch.setattr(tidy, "ROWS", 1)
    assert len(list(tidy.tidy_csv(study))) == 1 + 3
    assert b"".join(tidy.tidy_csv(study)) == whole
    assert [row["participant"] for row in rows_of(study)] == ["1"] * 50 + ["3"] * 50 + ["4"] * 50


def test_the_page_gives_it_as_a_file_and_rehearsals_only_if_asked(study: Study, researcher: Client) -> None:
    play(study, fooled=0)
    play(study, fooled=9, rehearsal=True)
    reply = researcher.get("/studies/sunday-study/results.csv")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="sunday-study.csv"'
    assert b"".join(reply.streaming_content) == b"".join(tidy.tidy_csv(study))  # type: ignore[attr-defined]
    with_tests = researcher.get("/studies/sunday-study/results.csv?rehearsals=1")
    assert b"".join(with_tests.streaming_content).count(b"\n") == 101  # type: ignore[attr-defined]
    assert {row["rehearsal"] for row in rows_of(study, rehearsals=True)} == {"True", "False"}


def test_every_value_is_one_that_the_codebook_names(study: Study) -> None:
    play(study, fooled=3, exposure=LATE)
    rows = rows_of(study)
    assert list(rows[0]) == [column.name for column in COLUMNS]
    for column in COLUMNS:
        assert column.description.endswith(".")
        for row in rows if column.levels else []:
            assert set(row[column.name].split(" ")) <= {*column.levels, ""}


def test_time_is_utc_whatever_the_database_thinks(study: Study) -> None:
    play(study, fooled=0)
    received = Response.objects.order_by("trial__position").first().received
    assert rows_of(study)[0]["time"] == received.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
