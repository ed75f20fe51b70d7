"""Where files lie: whole on a disk, or in a bucket of a real HTTP server."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client, override_settings
from PIL import Image
from pytest_django import Settings

from colortest.experiment.models import Participant
from colortest.stimuli import services
from colortest.stimuli.models import Chunk, Colorization, FakesUpload, Photo, TestSet
from colortest.stimuli.services import uploads
from colortest.storage import UNFINISHED, LocalFiles
from tests.buckets import NAME, bucket_server, kept_in_a_bucket
from tests.cast import make_test_set, photographs
from tests.stimuli.fakes import fakes, zipped
from tests.worker.making import make_all
from worker.lanes import colorize_pending

PHOTOS, CHUNK = 4, 2**16


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with bucket_server() as address:
        yield address


@pytest.fixture
def bucket(address: str) -> Iterator[None]:
    """The site keeps its files in a bucket."""
    with kept_in_a_bucket(address):
        yield
        for name in stored():
            default_storage.delete(name)


def stored() -> list[str]:
    client = default_storage.connection.meta.client  # type: ignore[attr-defined]
    return [one["Key"] for one in client.list_objects_v2(Bucket=NAME).get("Contents", [])]


def zip_of_photos() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for split, name, image in photographs(PHOTOS):
            picture = io.BytesIO()
            image.save(picture, "PNG")
            archive.writestr(f"{split}/{name}", picture.getvalue())
    return buffer.getvalue()


def upload() -> TestSet:
    data = zip_of_photos()
    test_set = services.begin_test_set(name="Street", file_name="street.zip", byte_count=len(data))
    assert test_set.upload
    for position in range(test_set.upload.chunk_count):
        part = data[position * CHUNK : (position + 1) * CHUNK]
        services.receive_chunk(upload=test_set.upload, position=position, data=part)
    return test_set


@pytest.mark.django_db
def test_a_test_set_comes_is_coloured_shown_and_goes_in_a_bucket(
    bucket: None,
    admin: Client,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.MEDIA_ROOT, settings.X_ACCEL = tmp_path, True
    monkeypatch.setattr(uploads, "CHUNK_BYTES", CHUNK)
    services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    test_set = upload()
    assert len(stored()) > 3
    assert all(name.startswith("uploads/") for name in stored())
    with django_capture_on_commit_callbacks(execute=True):
        services.import_uploaded(test_set_id=test_set.pk)
    test_set.refresh_from_db()
    assert (test_set.status, test_set.photos.count(), len(stored())) == ("CHECKED", PHOTOS, PHOTOS)
    services.accept_test_set(test_set=test_set)
    make_all()
    assert Colorization.objects.ready().count() == PHOTOS
    rows = [("photos", row) for row in Photo.objects.all()]
    rows += [("colorizations", row) for row in Colorization.objects.all()]
    for kind, row in rows:
        reply = admin.get(f"/{kind}/{row.pk}/image/")
        assert len(reply.content) == row.byte_count
        assert Image.open(io.BytesIO(reply.content)).size == (256, 256)
        assert NAME not in str(reply.headers), "no address of the bucket is handed out"
    assert len(stored()) == 2 * PHOTOS
    assert not list(tmp_path.rglob("*")), "nothing lies on the disk"
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_test_set(test_set=test_set)
    assert stored() == []


@pytest.mark.django_db
def test_fakes_come_in_a_bucket_too_and_a_part_that_rots_there_is_asked_for_again(
    bucket: None, admin: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(uploads, "CHUNK_BYTES", CHUNK)
    theirs = services.register_external(name="Theirs")
    data = zipped(fakes(PHOTOS))
    row = services.begin_fakes(
        algorithm=theirs, test_set=make_test_set(PHOTOS), file_name="fakes.zip", byte_count=len(data)
    )
    assert row.upload
    for position in range(row.upload.chunk_count):
        part = data[position * CHUNK : (position + 1) * CHUNK]
        services.receive_chunk(upload=row.upload, position=position, data=part)
    rotten = str(Chunk.objects.get(position=1).file.name)
    default_storage.connection.Object(NAME, rotten).put(Body=b"x" * CHUNK)  # type: ignore[attr-defined]
    with django_capture_on_commit_callbacks(execute=True):
        call_command("check_files", "--repair")
    assert rotten not in stored()
    assert FakesUpload.objects.get().status == "UPLOADING"
    services.receive_chunk(upload=row.upload, position=1, data=data[CHUNK : 2 * CHUNK])
    services.work_on_fakes(fakes_id=row.pk)
    services.accept_fakes(fakes=row)
    with django_capture_on_commit_callbacks(execute=True):
        services.work_on_fakes(fakes_id=row.pk)
    assert Colorization.objects.ready().count() == PHOTOS
    for made in Colorization.objects.all():
        assert len(admin.get(f"/colorizations/{made.pk}/image/").content) == made.byte_count
    assert not any(name.startswith("uploads/") for name in stored())


def test_a_participant_sees_pairs_that_lie_in_a_bucket(bucket: None, client: Client, participant: Participant) -> None:
    trial = participant.trials.earliest("position")
    for place in (1, 2):
        reply = client.get(f"/take/{participant.code}/stimuli/{trial.token}/{place}/")
        assert (reply.status_code, reply["Content-Type"]) == (200, "image/png")
        assert NAME not in str(reply.headers)


def test_objects_of_a_bucket_are_private_and_have_no_address(bucket: None, address: str) -> None:
    name = default_storage.save("stimuli/ab/one.webp", ContentFile(b"one"))
    assert default_storage.open(name).read() == b"one"
    with pytest.raises(ValueError, match="no address"):
        default_storage.url(name)
    client = default_storage.connection.meta.client  # type: ignore[attr-defined]
    grants = client.get_object_acl(Bucket=NAME, Key=name)["Grants"]
    assert not any("AllUsers" in str(grant) for grant in grants)


def test_what_is_not_there_is_told_apart_from_a_bucket_that_is_not(bucket: None) -> None:
    with pytest.raises(FileNotFoundError):
        default_storage.open("stimuli/ab/none.webp")
    with elsewhere(bucket_name="another"), pytest.raises(ConnectionError):
        default_storage.open("stimuli/ab/none.webp")
    with elsewhere(bucket_name="another"), pytest.raises(ConnectionError):
        default_storage.save("stimuli/ab/none.webp", ContentFile(b"one"))


@contextmanager
def elsewhere(**options: str) -> Iterator[None]:
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"] |= options
    with override_settings(STORAGES=storages):
        yield


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_does_not_answer_is_no_photos_fault(bucket: None) -> None:
    test_set = make_test_set(PHOTOS)
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
    with elsewhere(bucket_name="another"):
        assert not colorize_pending(seconds=10)
    assert Colorization.objects.pending().filter(tries=0).count() == PHOTOS
    colorize_pending(seconds=10)
    assert Colorization.objects.ready().count() == PHOTOS


def test_a_file_on_a_disk_is_whole_or_absent(tmp_path: Path) -> None:
    storage, name = LocalFiles(tmp_path), "stimuli/ab/one.webp"
    with pytest.raises(RuntimeError):
        storage.save(name, ContentThatEnds(b"half", storage, name))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
    assert storage.save(name, ContentFile(b"whole")) == name
    assert (tmp_path / name).read_bytes() == b"whole"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["one.webp"]


class ContentThatEnds(ContentFile):  # type: ignore[type-arg]
    """Gives a part, sees that nothing has the name yet, and fails."""

    def __init__(self, data: bytes, storage: LocalFiles, name: str) -> None:
        super().__init__(data)
        self.storage, self.final = storage, name

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        folder = Path(self.storage.path(self.final)).parent
        assert [path.name for path in folder.iterdir()] == [f"one.webp{UNFINISHED}"]
        assert not self.storage.exists(self.final)
        raise RuntimeError
