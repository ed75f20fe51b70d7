"""Chunks: in any order, twice or at once, of this upload and no other."""

import hashlib
import io
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.chunked_file import ChunkedFile
from colortest.stimuli.models import Chunk, TestSet, Upload
from colortest.stimuli.services import uploads

LENGTH, CHUNK = 100_000, 2**13
DATA = random.Random(1).randbytes(LENGTH)


@pytest.fixture
def upload(db: None, monkeypatch: pytest.MonkeyPatch) -> Upload:
    monkeypatch.setattr(uploads, "CHUNK_BYTES", CHUNK)
    return begun()


def begun() -> Upload:
    found = services.begin_test_set(name="Street", file_name="street.zip", byte_count=LENGTH).upload
    assert found
    return found


def part(position: int) -> bytes:
    return DATA[position * CHUNK : (position + 1) * CHUNK]


def send(upload: Upload, *positions: int) -> None:
    for position in positions:
        services.receive_chunk(upload=upload, position=position, data=part(position))


def parts_on_disk() -> list[Path]:
    return sorted((Path(settings.MEDIA_ROOT) / "uploads").rglob("*.part"))


def test_chunks_in_any_order_are_the_file_and_can_be_read_anywhere(upload: Upload) -> None:
    positions = list(range(upload.chunk_count))
    random.Random(2).shuffle(positions)
    send(upload, *positions[:-1])
    assert TestSet.objects.get().status == "UPLOADING"
    assert upload.arrived_bytes == LENGTH - len(part(positions[-1]))
    send(upload, positions[-1])
    assert TestSet.objects.get().status == "UPLOADED"
    with io.BufferedReader(ChunkedFile(upload)) as file:
        assert file.read() == DATA
        dice = random.Random(3)
        for _ in range(200):
            start, length = dice.randrange(LENGTH), dice.randrange(1, 3 * CHUNK)
            file.seek(start)
            assert file.read(length) == DATA[start : start + length]
        assert file.seek(-9, 2) == LENGTH - 9
        assert file.read() == DATA[-9:]


def test_a_chunk_that_is_sent_twice_changes_nothing(upload: Upload) -> None:
    send(upload, 3)
    before = Chunk.objects.get()
    files = parts_on_disk()
    send(upload, 3, 3)
    assert (Chunk.objects.get().pk, Chunk.objects.get().file) == (before.pk, before.file)
    assert parts_on_disk() == files


@pytest.mark.parametrize(
    ("position", "data", "sentence"),
    [
        (3, b"other" * 2000, "no part of street.zip"),
        (3, part(4), "another file than street.zip"),
        (13, part(0), "no part of street.zip"),
        (12, part(0), "no part of street.zip"),
    ],
)
def test_what_is_of_another_file_is_refused_and_the_begun_one_stays(
    upload: Upload, position: int, data: bytes, sentence: str
) -> None:
    send(upload, 3)
    with pytest.raises(Refused, match=sentence):
        services.receive_chunk(upload=upload, position=position, data=data)
    assert Chunk.objects.get().sha256 == hashlib.sha256(part(3)).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_chunks_that_arrive_at_once_are_all_there_and_exactly_one_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("colortest.jobs._send", lambda name, *_: rung.append(name))
    monkeypatch.setattr(uploads, "CHUNK_BYTES", CHUNK)
    upload, before = begun(), parts_on_disk()
    positions = [*range(upload.chunk_count), *range(upload.chunk_count)]

    def send_one(position: int) -> None:
        try:
            send(upload, position)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(send_one, positions))) == len(positions)
    assert Chunk.objects.count() == upload.chunk_count
    assert TestSet.objects.get().status == "UPLOADED"
    assert rung == ["import_test_set"]
    with ChunkedFile(upload) as file:
        assert file.read() == DATA
    services.delete_test_set(test_set=TestSet.objects.get())
    assert parts_on_disk() == before


def test_a_page_may_ask_what_is_there_and_send_what_is_not(upload: Upload, admin: Client) -> None:
    send(upload, 1)
    state = admin.get(f"/uploads/{upload.pk}/").json()
    assert (state["byte_count"], state["chunk_bytes"], state["file_name"]) == (LENGTH, CHUNK, "street.zip")
    assert [bool(one) for one in state["chunks"]] == [False, True] + [False] * 11
    address = f"/uploads/{upload.pk}/chunks/2/"
    reply = admin.put(address, part(2), "application/octet-stream", headers={"X-Sha256": "0" * 64})
    assert (reply.status_code, Chunk.objects.count()) == (503, 1)
    for _ in range(2):
        reply = admin.put(address, part(2), "application/octet-stream")
        assert (reply.status_code, Chunk.objects.count()) == (204, 2)
    reply = admin.put(address, part(3), "application/octet-stream")
    assert (reply.status_code, "another file" in reply.json()["error"]) == (409, True)
    assert admin.put("/uploads/999999/chunks/2/", part(2), "application/octet-stream").status_code == 404


def test_a_disk_that_is_full_is_told_and_keeps_nothing_half(
    upload: Upload, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.FileSystemStorage._save", full)
        reply = admin.put(f"/uploads/{upload.pk}/chunks/2/", part(2), "application/octet-stream")
    assert (reply.status_code, "disk may be full" in reply.json()["error"]) == (507, True)
    assert not Chunk.objects.exists()
    send(upload, 2)
    assert Chunk.objects.count() == 1


def test_a_page_tells_how_much_arrived_and_throws_it_away(upload: Upload, admin: Client) -> None:
    send(upload, 0, 1)
    page = admin.get("/test-sets/street/").content.decode()
    assert "16.4 of 100 kB of street.zip arrived." in page
    page = admin.post("/test-sets/street/delete/", follow=True).content.decode()
    assert "“Street” is deleted." in page
    assert not Upload.objects.exists()


def test_uploads_that_nobody_went_on_with_for_a_week_are_swept(upload: Upload) -> None:
    send(upload, 0)
    now = timezone.now()
    Upload.objects.update(created=now - timedelta(days=30))
    assert services.sweep_uploads(now=now) == 0, "a part of it arrived just now"
    assert services.sweep_uploads(now=now + timedelta(days=6)) == 0
    assert services.sweep_uploads(now=now + timedelta(days=8)) == 1
    assert not TestSet.objects.exists()
    assert not Upload.objects.exists()


def test_what_has_arrived_whole_is_not_swept(upload: Upload) -> None:
    send(upload, *range(upload.chunk_count))
    assert services.sweep_uploads(now=timezone.now() + timedelta(days=100)) == 0
    assert TestSet.objects.get().status == "UPLOADED"
