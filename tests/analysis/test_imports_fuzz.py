"""Whatever the bytes, a file of responses gives rows, problems, or one sentence; and what it gives can be stored."""

import csv
import io
import re
from functools import cache

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colortest.analysis.exports.tidy import NAMES, tidy_csv
from colortest.analysis.imports.files import AMT, TIDY, read_file
from colortest.analysis.imports.reading import LARGEST, Content, Unusable
from colortest.analysis.services.imports import import_responses
from colortest.analysis.services.reports import store_report
from colortest.experiment.models import Study
from colortest.refusal import Refused

SENTENCE = re.compile(r"[A-Z“][^\n\r]{0,900}\.")
LINE = {
    "study": "old", "design_hash": "a" * 64, "imported": "False", "participant": "1", "simulated": "False",
    "rehearsal": "False", "position": "0", "kind": "TEST", "block": "1", "reserve": "False", "photo": "a.jpg",
    "photo_sha256": "b" * 64, "split": "test", "algorithm": "grey", "checkpoint_sha256": "", "presentation":
    "SIDE_BY_SIDE", "fake_side": "LEFT", "first_shown": "", "question": "REAL", "chosen_side": "LEFT", "fooled": "True",
    "correct": "False", "rt_ms": "500", "asked_ms": "1000", "left_onset_ms": "500", "left_offset_ms": "1500",
    "left_exposure_ms": "1000", "right_onset_ms": "500", "right_offset_ms": "1500", "right_exposure_ms": "1000",
    "frames": "60", "frame_ms": "16.7", "longest_gap_ms": "17", "visibility_changes": "0", "focus_changes": "0",
    "flags": "", "finished": "True", "excluded": "False", "reason": "", "seed": "1",
    "time": "2026-11-23T10:00:00.000000Z",
}  # fmt: skip
WIDE = {"WorkerId": "A", "Input.gt_side0": "left", "Input.images_left0": "gt/a.jpg", "Input.images_right0": "x/a.jpg"}
CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "-1", "1e309", "nan", "9" * 5000, str(2**31), "0", "١٢", "=1+1", "'", "True", "LEFT", "EITHER", "SINGLE"]
    ),
    st.sampled_from(
        ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "2026-11-23", "\ufeff", '"', "a\nb", "x" * 140_000]
    ),
)


@cache
def table(form: str) -> list[list[str]]:
    assert list(LINE) == NAMES
    line = LINE if form == TIDY else {**WIDE, "Answer.selection0": "left"}
    return [list(line), list(line.values()), list(line.values())]


def outcome(data: bytes, form: str) -> Content | None:
    try:
        content = read_file(io.BytesIO(data), form, practice=10)
    except Unusable as refusal:
        content, sentence = None, str(refusal)
    if content is None:
        assert SENTENCE.fullmatch(sentence), sentence
        return None
    for problem in content.problems:
        assert SENTENCE.fullmatch(problem.reason), problem.reason
        assert problem.line >= 2
    return content


def written(rows: list[list[str]], separator: str = ",") -> bytes:
    quoted = (separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "\r\n".join(quoted).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("form", [TIDY, AMT])
def test_the_table_of_this_test_is_one(form: str) -> None:
    content = outcome(written(table(form)[:2]), form)
    assert content
    assert (len(content.rows), content.problems) == (1, [])


@settings(deadline=None, max_examples=150)
@given(data=st.binary(max_size=300), form=st.sampled_from([TIDY, AMT]))
def test_any_bytes_give_one_sentence(data: bytes, form: str) -> None:
    assert outcome(data, form) is None


@settings(deadline=None, max_examples=150)
@given(data=st.data(), form=st.sampled_from([TIDY, AMT]))
def test_a_table_with_broken_bytes_gives_rows_problems_or_one_sentence(data: st.DataObject, form: str) -> None:
    content = bytearray(written(table(form)))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    outcome(bytes(content), form)


@settings(deadline=None, max_examples=250)
@given(data=st.data(), form=st.sampled_from([TIDY, AMT]))
def test_any_cells_give_rows_that_the_database_can_hold_or_problems(data: st.DataObject, form: str) -> None:
    header, line, other = (list(row) for row in table(form))
    for _ in range(data.draw(st.integers(1, 3))):
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(CELLS)
    content = outcome(written([header, line, other]), form)
    for row in content.rows if content else ():
        measured = row.measured
        assert "\0" not in f"{row}"
        assert 1 <= row.participant <= LARGEST
        assert max(row.position, row.block, row.asked_ms or 0, measured.frames if measured else 0) <= LARGEST
        assert row.time is None or 1990 <= row.time.year <= 2100
        assert measured is None or 0 <= measured.rt_ms <= 1e9


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "it has no column"),
        (b"\xef\xbb\xbf", "it has no column"),
        ("participant,ü".encode("latin-1"), "not text in UTF-8"),
        ("participant,simulated".encode("utf-16"), "not text in UTF-8"),
        (b"participant\0,x\n", "Line 1 holds a byte that no text has"),
        (written(table(TIDY), ";").replace(b'"', b""), "between semicolons or tabs"),
        (written(table(TIDY), "\t").replace(b'"', b""), "between semicolons or tabs"),
        (b'"participant' + b"x" * 140_000, "cannot be read as CSV: field larger than field limit"),
        (b",".join(b"c%d" % n for n in range(10_000)), "it has no column “participant”, “simulated”, “rehearsal”"),
    ],
)
def test_what_is_no_such_table_is_told_in_one_sentence(data: bytes, told: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_file(io.BytesIO(data), TIDY, practice=0)
    assert told in str(refused.value)
    assert SENTENCE.fullmatch(str(refused.value))


def test_a_byte_order_mark_and_ten_thousand_columns_more_do_no_harm() -> None:
    wider = [[*row, *(f"{kind}{n}" for n in range(10_000))] for row, kind in zip(table(TIDY)[:2], "cx", strict=True)]
    content = outcome(b"\xef\xbb\xbf" + written(wider), TIDY)
    assert content
    assert (len(content.rows), content.problems) == (1, [])


def test_a_wide_table_that_lacks_thousands_of_columns_is_told_in_one_sentence() -> None:
    header = ",".join(f"Input.gt_side{n}" for n in range(10_000)) + ",Input.images_left0,Input.images_right0"
    with pytest.raises(Unusable, match="and 29,992 more"):
        read_file(io.BytesIO(f"{header},Answer.selection0\n".encode()), AMT, practice=0)


@pytest.mark.django_db
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_read_is_stored_or_refused_in_sentences(played: Study, data: st.DataObject) -> None:
    header, *lines = csv.reader(io.StringIO(b"".join(tidy_csv(played)).decode(), newline=""))
    columns = data.draw(st.lists(st.sampled_from(range(len(header))), min_size=1, max_size=2))
    value = data.draw(CELLS)
    for line in lines[:: data.draw(st.sampled_from([1, 7, 1000]))]:
        for column in columns:
            line[column] = value
    content = outcome(written([header, *lines]), TIDY)
    if content is None:
        return
    refusal = ""
    with transaction.atomic():
        try:
            study = import_responses(content=content, title="Any", test_set=played.test_set, preset="thesis-2020")
            assert study.participants.count() == len(content.people)
            assert b"".join(tidy_csv(study)).count(b"any,") == len(content.rows)
            store_report(study=study)
        except Refused as error:
            refusal = str(error)
        transaction.set_rollback(True)
    assert not refusal or SENTENCE.fullmatch(refusal), refusal
