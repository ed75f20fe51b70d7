"""Whatever the bytes, an archive gives entries, problems, or one sentence."""

import json
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colortest.stimuli.archive import BadArchive, BadEntry, Entry, Limits, Problem, walk


def outcome(path: Path) -> list[str]:
    """Walks and reads everything; the sentences that come of it."""
    try:
        found = list(walk(path, limits=Limits(max_files=50, max_file_bytes=10_000)))
    except BadArchive as refusal:
        return [str(refusal)]
    return [sentence for one in found if (sentence := read_outcome(one))]


def read_outcome(one: Entry | Problem) -> str:
    if isinstance(one, Problem):
        return one.reason
    try:
        assert len(one.read()) <= 10_000
    except BadEntry as refusal:
        return str(refusal)
    return ""


def small_zip() -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("train/a.jpg", b"stored" * 9)
        archive.writestr("test/b.png", b"packed" * 99, ZIP_DEFLATED)
        archive.writestr("é.txt", b"text")
    return buffer.getvalue()


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_bytes_give_entries_problems_or_one_sentence(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    content = bytearray(small_zip())
    if data.draw(st.booleans(), label="mutated zip instead of random bytes"):
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    else:
        content = bytearray(data.draw(st.binary(max_size=400)))
    path = tmp_path_factory.getbasetemp() / "any.zip"
    path.write_bytes(content)
    for sentence in outcome(path):
        assert re.fullmatch(r"[A-Z][^\n]+\.", sentence)


def test_thousands_of_damaged_uploads_give_photos_or_sentences_in_bounded_memory_and_write_nothing() -> None:
    """A fifth of the inputs; `python -m tests.stimuli.fuzzing 10000` tries all."""
    argv = [sys.executable, "-m", "tests.stimuli.fuzzing", "2000"]
    done = subprocess.run(argv, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kept"] > 500
    assert found["refused"] > 500
    assert found["written"] == []
    assert found["peak_mib"] < 512
