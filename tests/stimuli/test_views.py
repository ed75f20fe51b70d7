"""Pages of admins."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image

from colortest.stimuli import rendering, services
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from tests.cast import make_test_set, photographs
from worker import tasks

pytestmark = pytest.mark.django_db


def zip_of_photos(count: int = 3) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for split, name, image in photographs(count):
            picture = io.BytesIO()
            image.save(picture, "PNG")
            archive.writestr(f"{split}/{name}", picture.getvalue())
        archive.writestr("test/words.jpg", b"I am not a picture")
    return buffer.getvalue()


def upload(client: Client, content: bytes, name: str = "Street") -> object:
    file = SimpleUploadedFile("photos.zip", content, "application/zip")
    return client.post("/test-sets/", {"name": name, "upload": file, "licence": "CC0", "source": "mine"}, follow=True)


def test_an_upload_is_kept_and_rung_for(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("colortest.jobs._ring", lambda name, again, **kwargs: rung.append(name))
    page = upload(admin, zip_of_photos())
    test_set = TestSet.objects.get()
    assert (test_set.status, test_set.licence) == ("UPLOADED", "CC0")
    assert rung == ["import_test_set"]
    assert b"being checked and rendered" in page.content  # type: ignore[attr-defined]


def test_an_import_keeps_good_photos_reports_bad_ones_and_asks_every_algorithm(admin: Client) -> None:
    services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    upload(admin, zip_of_photos())
    test_set = TestSet.objects.get()
    for _ in range(2):  # the task may run twice
        services.import_uploaded(test_set_id=test_set.pk)
    test_set.refresh_from_db()
    assert test_set.status == "READY"
    assert test_set.photos.count() == 3
    assert Colorization.objects.pending().count() == 3
    assert not test_set.upload
    page = admin.get(test_set.get_absolute_url()).content.decode()
    assert "words.jpg" in page
    assert "1 file not kept" in page
    assert "0 of 3 made" in page


@pytest.mark.parametrize("content", [b"I am no zip", zip_of_photos.__name__.encode() * 100])
def test_what_is_not_a_zip_is_refused_at_once(admin: Client, content: bytes) -> None:
    page = upload(admin, content)
    assert "is not a zip archive, or is damaged" in page.content.decode()  # type: ignore[attr-defined]
    assert not TestSet.objects.exists()


def test_a_zip_that_is_damaged_inside_is_rejected_with_its_reason(admin: Client) -> None:
    content = bytearray(zip_of_photos(1))
    content[60:400] = bytes(340)
    upload(admin, bytes(content))
    test_set = services.import_uploaded(test_set_id=TestSet.objects.get().pk)
    assert test_set.status == "REJECTED"
    page = admin.get(test_set.get_absolute_url()).content.decode()
    assert "Nothing in this upload could be used" in page
    assert len(test_set.problems) == 2


def test_too_large_an_upload_and_a_taken_name_are_refused(admin: Client) -> None:
    make_test_set(2, name="Street")
    page = upload(admin, zip_of_photos(1))
    assert "There is already a test set “Street”" in page.content.decode()  # type: ignore[attr-defined]
    with override_settings(UPLOAD_MAX_MB=0):
        page = upload(admin, zip_of_photos(1), name="Large")
    assert "is larger than 0 MB" in page.content.decode()  # type: ignore[attr-defined]


def test_an_import_that_takes_too_long_is_rejected_and_does_not_start_over(
    admin: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    upload(admin, zip_of_photos(3))
    test_set = TestSet.objects.get()
    archive, stimuli = Path(test_set.upload.path), Path(settings.MEDIA_ROOT) / "stimuli"
    before = set(stimuli.rglob("*.webp"))
    encode = rendering.encode

    def slow(image: Image.Image) -> bytes:
        if test_set.photos.count() == 2:
            raise SoftTimeLimitExceeded
        return encode(image)

    monkeypatch.setattr(rendering, "encode", slow)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.import_test_set(test_set_id=test_set.pk)
        assert archive.exists()
    test_set.refresh_from_db()
    assert test_set.status == "REJECTED"
    assert "upload it in several parts" in admin.get(test_set.get_absolute_url()).content.decode()
    assert not test_set.photos.exists()
    assert set(stimuli.rglob("*.webp")) == before
    assert not archive.exists()


def test_failures_are_shown_with_their_reason_and_can_be_tried_again(admin: Client) -> None:
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    test_set = make_test_set(2)
    services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
    services.fail_colorizations(colorizations=Colorization.objects.all(), reason="the dog ate it")
    page = admin.get("/algorithms/").content.decode()
    assert page.count("the dog ate it") == 2
    page = admin.post("/algorithms/grey/retry/", follow=True).content.decode()
    assert "2 colorizations will be tried again" in page
    assert Colorization.objects.pending().count() == 2


def test_empty_pages_say_what_to_do_next(admin: Client) -> None:
    assert "Upload a zip of photos" in admin.get("/test-sets/").content.decode()
    assert "register_algorithms" in admin.get("/algorithms/").content.decode()
    assert "Design one" in admin.get("/studies/").content.decode()
    assert not Algorithm.objects.exists()
