"""A connection that is lost as a transaction ends: it may be committed, so no file of it may go."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError

from colortest.stimuli import services
from colortest.stimuli.models import Chunk, Colorization, Photo, TestSet
from colortest.stimuli.services import batches, uploads
from colortest.stimuli.services.fakes import Storing
from tests.cast import make_test_set
from tests.stimuli.fakes import fakes, zipped
from tests.stimuli.test_imports import PHOTOS, zip_of

pytestmark = pytest.mark.django_db


def lost_after(work: Any) -> Any:
    """Does its work; that it is done does not arrive."""

    def done(*arguments: Any) -> None:
        work(*arguments)
        raise OperationalError("server closed the connection unexpectedly")

    return done


def arrived(data: bytes) -> TestSet:
    test_set = services.begin_test_set(name="Street", file_name="street.zip", byte_count=len(data))
    assert test_set.upload
    services.receive_chunk(upload=test_set.upload, position=0, data=data)
    return test_set


def test_photos_of_a_batch_keep_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    test_set = arrived(zip_of())
    with monkeypatch.context() as patch:
        patch.setattr(batches.PhotoWork, "_write", lost_after(batches.PhotoWork._write))
        with pytest.raises(OperationalError):
            services.import_uploaded(test_set_id=test_set.pk)
    assert all(default_storage.exists(photo.file.name) for photo in Photo.objects.all())
    services.import_uploaded(test_set_id=test_set.pk)
    assert (TestSet.objects.get().status, Photo.objects.count()) == ("CHECKED", PHOTOS)


def test_a_part_of_an_upload_keeps_its_file_and_is_there_when_it_is_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = zip_of(2)
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "_store", lost_after(uploads._store))
        with pytest.raises(OperationalError):
            arrived(data)
    chunk = Chunk.objects.get()
    assert chunk.file.read() == data
    services.receive_chunk(upload=chunk.upload, position=0, data=data)
    assert Chunk.objects.get().file == chunk.file


def test_fakes_of_a_batch_keep_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    data, theirs = zipped(fakes(4)), services.register_external(name="Theirs")
    row = services.begin_fakes(algorithm=theirs, test_set=make_test_set(4), file_name="fakes.zip", byte_count=len(data))
    assert row.upload
    services.receive_chunk(upload=row.upload, position=0, data=data)
    services.work_on_fakes(fakes_id=row.pk)
    services.accept_fakes(fakes=row)
    with monkeypatch.context() as patch:
        patch.setattr(Storing, "_write", lost_after(Storing._write))
        with pytest.raises(OperationalError):
            services.work_on_fakes(fakes_id=row.pk)
    made = Colorization.objects.ready()
    assert [default_storage.exists(one.file.name) for one in made] == [True] * 4
