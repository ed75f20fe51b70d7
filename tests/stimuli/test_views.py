"""Pages of admins: photos in, what became of them, and what is put into use."""

import csv
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from colortest.formulas import guarded
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Chunk, Colorization, Photo, TestSet, Upload
from tests.cast import make_test_set, photographs

pytestmark = pytest.mark.django_db


def zip_of_photos(count: int = 3, **others: bytes) -> bytes:
    """Real photographs, a text file that says it is one, and `others` by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for split, name, image in photographs(count):
            picture = io.BytesIO()
            image.save(picture, "PNG")
            archive.writestr(f"{split}/{name}", picture.getvalue())
        archive.writestr("test/words.jpg", b"I am not a picture")
        for name, content in others.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def upload(client: Client, content: bytes, name: str = "Street", **fields: object) -> str:
    """The page after the form was sent whole, as by a browser without scripts."""
    file = SimpleUploadedFile("photos.zip", content, "application/zip")
    data = {"name": name, "upload": file, "licence": "CC0", "source": "mine", **fields}
    return client.post("/test-sets/", data, follow=True).content.decode()


def checked(client: Client, **fields: object) -> TestSet:
    upload(client, zip_of_photos(), **fields)
    test_set = TestSet.objects.get()
    services.import_uploaded(test_set_id=test_set.pk)
    test_set.refresh_from_db()
    return test_set


def test_an_upload_is_kept_in_chunks_and_rung_for(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("colortest.jobs._ring", lambda name, *_, **kwargs: rung.append(name))
    page = upload(admin, zip_of_photos())
    test_set = TestSet.objects.get()
    assert (test_set.status, test_set.licence) == ("UPLOADED", "CC0")
    assert rung == ["import_test_set"]
    assert "being checked and rendered" in page
    assert Chunk.objects.get().upload.test_set == test_set


def test_nothing_is_used_before_it_is_accepted_and_then_every_algorithm_is_asked(
    admin: Client, researcher: Client
) -> None:
    services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    test_set = checked(admin)
    services.import_uploaded(test_set_id=test_set.pk)  # the task may run twice
    assert test_set.status == "CHECKED"
    assert not Upload.objects.exists()
    assert not TestSet.objects.ready().exists()
    assert not Photo.objects.accepted().exists()
    assert not Colorization.objects.exists()
    image = f"/photos/{Photo.objects.first().pk}/image/"  # type: ignore[union-attr]
    assert (admin.get(image).status_code, researcher.get(image).status_code) == (200, 404)
    report = admin.get(test_set.get_absolute_url(), follow=True).content.decode()
    assert "3 photos can be used" in report
    assert "words.jpg" in report
    for _ in range(2):
        page = admin.post("/test-sets/street/accept/", follow=True).content.decode()
    assert "1 file not kept" in page
    assert "0 of 3 made" in page
    assert researcher.get(image).status_code == 200
    assert Colorization.objects.pending().count() == 3


@pytest.mark.parametrize("content", [b"I am no zip", b"words" * 100])
def test_what_is_not_a_zip_is_refused_at_once(admin: Client, content: bytes) -> None:
    assert "is not a zip archive, or is damaged" in upload(admin, content)
    assert not TestSet.objects.exists()


def test_a_zip_of_which_nothing_can_be_used_is_not_offered_for_acceptance(admin: Client) -> None:
    content = bytearray(zip_of_photos(1))
    content[60:400] = bytes(340)
    upload(admin, bytes(content))
    services.import_uploaded(test_set_id=TestSet.objects.get().pk)
    page = admin.get("/test-sets/street/report/").content.decode()
    assert "Nothing in this upload could be used" in page
    assert ">Accept<" not in page
    assert "nothing to use</span>" in admin.get("/test-sets/").content.decode()
    page = admin.post("/test-sets/street/accept/", follow=True).content.decode()
    assert "cannot be accepted: it has no photos" in page
    assert TestSet.objects.get().status == "CHECKED"


def test_too_large_an_upload_and_a_taken_name_are_refused(admin: Client) -> None:
    make_test_set(2, name="Street")
    assert "There is already a test set “Street”" in upload(admin, zip_of_photos(1))
    with override_settings(UPLOAD_MAX_MB=0):
        assert "is larger than 0 MB" in upload(admin, zip_of_photos(1), name="Large")


def test_an_upload_for_which_the_disk_has_no_room_is_refused_at_once(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("colortest.stimuli.services.uploads.free_bytes", lambda: 2**30 + 5 * 10**6)
    fields = {"name": "Holiday", "file_name": "holiday.zip", "byte_count": 12 * 10**9}  # below UPLOAD_MAX_MB
    reply = admin.post("/test-sets/", fields, headers={"Accept": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["error"] == "holiday.zip has 12 GB, and the disk of the site has room for 5 MB."
    assert not TestSet.objects.exists()


def test_the_report_tells_of_every_file_by_outcome_and_as_a_table(admin: Client) -> None:
    twin = io.BytesIO()
    photographs(1)[0][2].save(twin, "BMP")
    upload(admin, zip_of_photos(2, **{"test/=cmd.bmp": twin.getvalue(), "test/zz.exe": b"x"}))
    services.import_uploaded(test_set_id=TestSet.objects.get().pk)
    for outcome, count in (("KEPT", 2), ("DUPLICATE", 1), ("REJECTED", 2), ("", 5), ("nonsense", 5)):
        page = admin.get(f"/test-sets/street/report/?outcome={outcome}").content.decode()
        assert page.count('<td><span class="badge') == count
    reply = admin.get("/test-sets/street/report.csv")
    rows = list(csv.DictReader(io.StringIO(reply.getvalue().decode())))
    outcomes = {row["file"]: row["outcome"] for row in rows}
    assert [row["outcome"] for row in rows].count("kept") == 2
    assert outcomes["test/words.jpg"] == outcomes["test/zz.exe"] == "rejected"
    assert next(row for row in rows if row["outcome"] == "duplicate")["reason"].startswith("the same picture as ")
    assert all(row["split"] in ("test", "train") for row in rows if row["outcome"] == "kept")


def test_a_name_that_a_spreadsheet_would_run_is_marked_in_the_table(admin: Client) -> None:
    upload(admin, zip_of_photos(1, **{"=1+1.exe": b"x"}))
    services.import_uploaded(test_set_id=TestSet.objects.get().pk)
    table = admin.get("/test-sets/street/report.csv").getvalue().decode()
    assert guarded("=1+1.exe") == "'=1+1.exe"
    assert "\r\n'=1+1.exe,rejected," in table


def test_splits_are_renamed_merged_and_exchanged_before_acceptance_and_never_after(admin: Client) -> None:
    test_set = checked(admin)
    counts = test_set.photos.split_counts()
    admin.post("/test-sets/street/splits/", {"old": ["test", "train"], "new": ["train", "test"]})
    assert test_set.photos.split_counts() == {"test": counts["train"], "train": counts["test"]}
    page = admin.post("/test-sets/street/splits/", {"old": ["test"], "new": ["x" * 51]}, follow=True).content.decode()
    assert "A split needs a name of 1 to 50 characters" in page
    admin.post("/test-sets/street/splits/", {"old": ["test"], "new": ["test"], "all": "new"})
    assert test_set.photos.split_counts() == {"new": 3}
    services.accept_test_set(test_set=test_set)
    page = admin.post("/test-sets/street/splits/", {"all": "other"}, follow=True).content.decode()
    assert "stay as they are" in page
    assert test_set.photos.split_counts() == {"new": 3}


def test_one_split_or_a_manifest_may_be_given_with_the_upload(admin: Client) -> None:
    assert checked(admin, split="val").photos.split_counts() == {"val": 3}
    services.delete_test_set(test_set=TestSet.objects.get())
    names = [f"{split}/{name}" for split, name, _ in photographs(2)]
    lines = "\n".join(["file,split", f"{names[0]},easy", f"{names[1]},hard", "gone.png,hard"])
    test_set = checked(admin, manifest=SimpleUploadedFile("splits.csv", lines.encode()))
    assert test_set.photos.split_counts() == {"easy": 1, "hard": 1}
    reasons = {file.name: file.told for file in test_set.imported_files.left_out()}
    assert "is not in the upload" in reasons["gone.png"]
    assert "does not name it" in next(reason for name, reason in reasons.items() if name.endswith("words.jpg"))


def test_a_manifest_that_is_none_is_refused_with_the_line_before_anything_is_sent(admin: Client) -> None:
    wrong = SimpleUploadedFile("splits.csv", b"file,split\na.jpg,\n")
    assert "Line 2 of the manifest has no split." in upload(admin, zip_of_photos(1), manifest=wrong)
    assert not TestSet.objects.exists()


def test_failures_are_shown_with_their_reason_and_can_be_tried_again(admin: Client) -> None:
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    test_set = make_test_set(2)
    services.request_colorizations(photos=test_set.photos.all(), algorithm=grey)
    services.fail_colorizations(colorizations=Colorization.objects.all(), reason="the dog ate it")
    page = admin.get("/algorithms/grey/").content.decode()
    assert "the dog ate it" in page
    page = admin.post("/algorithms/grey/retry/", follow=True).content.decode()
    assert "2 colorizations will be tried again" in page
    assert Colorization.objects.pending().count() == 2


def test_empty_pages_say_what_to_do_next(admin: Client) -> None:
    assert "Upload a zip or a folder of photos" in admin.get("/test-sets/").content.decode()
    assert "register_algorithms" in admin.get("/algorithms/").content.decode()
    assert "Design one" in admin.get("/studies/").content.decode()
    assert not Algorithm.objects.exists()
