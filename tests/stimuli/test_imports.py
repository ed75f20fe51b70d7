"""Imports in batches: whatever stops one, it goes on where it stopped, and no file is dealt with twice."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.archive import Entry
from colortest.stimuli.models import Chunk, Colorization, ForgottenFile, ImportedFile, Photo, TestSet
from colortest.stimuli.services import batches, forgetting, importing, leases, uploads
from tests.cast import MakeStudy, photographs
from tests.running import wait_until

pytestmark = pytest.mark.django_db
PHOTOS, BATCH = 10, 4


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(importing, "BATCH", BATCH)
    before = stored_files()
    yield
    rows = Photo.objects.count() + Colorization.objects.count()
    assert len(stored_files() - before) == rows, "as many files as rows, whatever happened"


def stored_files() -> set[Path]:
    return set((Path(settings.MEDIA_ROOT) / "stimuli").rglob("*.webp"))


def zip_of(count: int = PHOTOS) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for split, name, image in photographs(count):
            picture = io.BytesIO()
            image.resize((96, 96)).save(picture, "PNG")
            archive.writestr(f"{split}/{name}", picture.getvalue())
    return buffer.getvalue()


@pytest.fixture
def uploaded(monkeypatch: pytest.MonkeyPatch) -> TestSet:
    """A complete upload of some chunks."""
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 2**16)
    data = zip_of()
    test_set = services.begin_test_set(name="Street", file_name="street.zip", byte_count=len(data))
    assert test_set.upload
    for position in reversed(range(test_set.upload.chunk_count)):
        part = data[position * 2**16 : (position + 1) * 2**16]
        services.receive_chunk(upload=test_set.upload, position=position, data=part)
    return TestSet.objects.get()


def kill_at(monkeypatch: pytest.MonkeyPatch, deadly: set[int], name: str = "") -> list[str]:
    """Rendering ends the process at these calls, or whenever it meets a file; the names in the order of the calls."""
    seen: list[str] = []
    render = batches._render

    def rendered(found: Any) -> Any:
        seen.append(found.name)
        if isinstance(found, Entry) and (len(seen) in deadly or found.name == name):
            raise Killed
        return render(found)

    monkeypatch.setattr(batches, "_render", rendered)
    monkeypatch.setattr(importing, "THREADS", 1)
    return seen


def names() -> list[str]:
    return list(TestSet.objects.get().imported_files.order_by("position").values_list("name", flat=True))


def test_an_import_that_is_killed_goes_on_where_it_stopped(uploaded: TestSet, monkeypatch: pytest.MonkeyPatch) -> None:
    kill_at(monkeypatch, {7})
    with pytest.raises(Killed):
        services.import_uploaded(test_set_id=uploaded.pk)
    first = list(Photo.objects.values_list("pk", "name"))
    assert len(first) == BATCH
    services.import_uploaded(test_set_id=uploaded.pk)
    uploaded.refresh_from_db()
    assert uploaded.status == "CHECKED"
    assert list(Photo.objects.values_list("pk", "name"))[:BATCH] == first
    assert len(set(names())) == len(names()) == Photo.objects.count() == PHOTOS
    assert not Chunk.objects.exists()


def test_a_file_that_ends_the_process_every_time_is_named_and_the_rest_goes_on(
    uploaded: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = sorted(f"{split}/{name}" for split, name, _ in photographs(PHOTOS))[6]
    seen = kill_at(monkeypatch, set(), poison)
    for _ in range(4):
        with pytest.raises(Killed):
            services.import_uploaded(test_set_id=uploaded.pk)
    services.import_uploaded(test_set_id=uploaded.pk)
    assert seen.count(poison) == 5, "once among others, three times alone, and then as what it is"
    (left_out,) = ImportedFile.objects.left_out()
    assert (left_out.name, left_out.reason) == (poison, importing.CRASHED.format(settings.TASK_SECONDS))
    assert Photo.objects.count() == PHOTOS - 1


def test_an_import_that_has_no_time_left_rings_for_its_own_continuation(
    uploaded: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("colortest.jobs._ring", lambda name, *_, **kwargs: rung.append(name))
    with override_settings(TASK_SECONDS=0):
        for done in (4, 8):
            services.import_uploaded(test_set_id=uploaded.pk)
            assert uploaded.imported_files.dealt_with() == done
        assert rung == ["import_test_set"] * 2
        services.import_uploaded(test_set_id=uploaded.pk)
    assert TestSet.objects.get().status == "CHECKED"
    assert len(rung) == 2


def test_a_full_disk_is_told_on_the_page_and_costs_no_photo(
    uploaded: TestSet, monkeypatch: pytest.MonkeyPatch, admin: Client
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(batches, "_store", full)
        with pytest.raises(OSError, match="No space left"):
            services.import_uploaded(test_set_id=uploaded.pk)
    page = admin.get(uploaded.get_absolute_url()).content.decode()
    assert "The import stands still: No space left on device." in page
    services.import_uploaded(test_set_id=uploaded.pk)
    assert Photo.objects.count() == PHOTOS
    assert TestSet.objects.get().trouble == ""


def test_a_part_that_is_lost_is_no_damaged_photo(uploaded: TestSet) -> None:
    lost = Chunk.objects.get(position=1)
    lost.file.storage.delete(lost.file.name)
    with pytest.raises(Exception, match="part 2 of the upload cannot be read"):
        services.import_uploaded(test_set_id=uploaded.pk)
    assert not ImportedFile.objects.left_out().exists()
    assert "part 2 of the upload" in TestSet.objects.get().trouble


def test_one_worker_at_a_time_imports_a_test_set(uploaded: TestSet) -> None:
    wrapper = connection.get_connection_params()
    where = {key: wrapper[key] for key in ("dbname", "user", "password", "host", "port") if wrapper.get(key)}
    with closing(psycopg2.connect(**where)) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [leases.IMPORTS[TestSet], uploaded.pk])
        services.import_uploaded(test_set_id=uploaded.pk)
        assert not ImportedFile.objects.exists()
        with pytest.raises(Refused, match="is being imported already"):
            services.import_photos(test_set=uploaded, path=Path("/nowhere"))
    wait_until(lambda: not _held(uploaded))  # the server notices that a connection was closed a moment later
    services.import_uploaded(test_set_id=uploaded.pk)
    assert Photo.objects.count() == PHOTOS


def _held(test_set: TestSet) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [test_set.pk])
        return cursor.rowcount > 0


def test_a_test_set_that_is_deleted_while_it_is_imported_leaves_nothing(
    uploaded: TestSet, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    chunks = list(Chunk.objects.values_list("file", flat=True))
    assert all(default_storage.exists(name) for name in chunks)
    monkeypatch.setattr(batches.PhotoWork, "_write", _deleting(batches.PhotoWork._write, uploaded))
    with django_capture_on_commit_callbacks(execute=True):
        services.import_uploaded(test_set_id=uploaded.pk)
    assert not TestSet.objects.exists()
    assert not any(default_storage.exists(name) for name in chunks)


def _deleting(write: Any, test_set: TestSet) -> Any:
    def written(batch: batches.PhotoWork, *arguments: Any) -> bool:
        services.delete_test_set(test_set=test_set)
        return bool(write(batch, *arguments))

    return written


def test_deleting_takes_files_along_once_committed_and_the_name_is_free_again(
    uploaded: TestSet, django_capture_on_commit_callbacks: Any
) -> None:
    services.import_uploaded(test_set_id=uploaded.pk)
    services.accept_test_set(test_set=uploaded)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_test_set(test_set=uploaded)
        assert stored_files()
    assert not Photo.objects.exists()
    services.begin_test_set(name="Street", file_name="street.zip", byte_count=9)


def test_nobody_waits_for_many_files_and_nothing_of_them_can_be_seen(
    uploaded: TestSet, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, admin: Client
) -> None:
    monkeypatch.setattr(forgetting, "FEW", 2)
    services.import_uploaded(test_set_id=uploaded.pk)
    services.delete_forgotten()
    before, photo = stored_files(), Photo.objects.earliest("pk")
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"{uploaded.get_absolute_url()}delete/")
    gone = len(before - stored_files())
    assert 0 < gone < PHOTOS
    assert "There is no test set yet." in admin.get("/test-sets/").content.decode()
    assert admin.get(f"/photos/{photo.pk}/image/").status_code == 404
    assert services.delete_forgotten() == PHOTOS - gone
    assert not ForgottenFile.objects.exists()


def test_a_storage_that_is_away_keeps_nobody_from_deleting_and_the_files_go_later(
    uploaded: TestSet, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def away(*_: object) -> None:
        raise ConnectionError("The bucket cannot be reached.")

    services.import_uploaded(test_set_id=uploaded.pk)
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr("django.core.files.storage.FileSystemStorage.delete", away)
        services.delete_test_set(test_set=uploaded)
        assert services.delete_forgotten() == 0
    assert not Photo.objects.exists()
    services.delete_forgotten()
    assert not ForgottenFile.objects.exists()


def test_a_test_set_that_a_study_uses_stays(make_study: MakeStudy) -> None:
    study = make_study()
    with pytest.raises(Refused, match="is used by “Sunday study”"):
        services.delete_test_set(test_set=study.test_set)
    assert study.test_set.photos.count() == 60


def test_no_file_is_dealt_with_twice_by_the_word_of_the_database(uploaded: TestSet) -> None:
    services.import_uploaded(test_set_id=uploaded.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportedFile.objects.create(test_set=uploaded, position=0, name="a", outcome="REJECTED", reason="again")
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportedFile.objects.create(test_set=uploaded, position=99, name="a", outcome="KEPT")


def test_the_command_goes_on_where_it_was_stopped_and_refuses_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(zip_of())
    with monkeypatch.context() as patch:
        kill_at(patch, {7})
        with pytest.raises(Killed):
            call_command("import_test_set", path, name="Street")
    other = tmp_path / "other.zip"
    other.write_bytes(zip_of(3))
    with pytest.raises(CommandError, match="Other files are there"):
        call_command("import_test_set", other, name="Street")
    call_command("import_test_set", path, name="Street", review=True)
    assert TestSet.objects.get().status == "CHECKED"
    assert "Street: test: 5, train: 5; 0 not kept." in capsys.readouterr().out
    assert Photo.objects.count() == PHOTOS


def test_the_command_says_in_one_sentence_that_a_dataset_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(CommandError, match=r"STL10 cannot be downloaded: .*is there a network\?\)$"):
        call_command("import_test_set", "STL10")
    assert not TestSet.objects.exists()
