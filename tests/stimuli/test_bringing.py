"""Photos by the command, from a folder with a table or a dataset by its name; and again after they were deleted."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image

from colortest.stimuli import forms, services
from colortest.stimuli.models import Chunk, Colorization, ForgottenFile, ImportedFile, Photo, TestSet
from tests.cast import photographs
from tests.stimuli.test_views import checked, upload, zip_of_photos

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three photographs, a, b and c."""
    place = tmp_path / "street"
    place.mkdir()
    for name, (_, _, image) in zip("abc", photographs(3), strict=True):
        image.save(place / f"{name}.png")
    return place


def test_a_table_says_the_splits_of_a_folder(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "splits.csv"
    table.write_text("file,split,note\na.png,easy,\nb.png,hard,\nd.png,hard,\n")
    call_command("import_test_set", folder, manifest=table)
    assert TestSet.objects.get().photos.split_counts() == {"easy": 1, "hard": 1}
    told = capsys.readouterr().err
    assert "not kept: c.png: The manifest does not name it: add a line for it." in told
    assert "not kept: d.png: The manifest names it, and it is not in the upload." in told


def test_a_table_that_is_not_there_is_told_of_before_anything_is_begun(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Nothing was imported.\n.*splits.csv cannot be read: No such file"):
        call_command("import_test_set", folder, manifest=tmp_path / "splits.csv")
    assert not TestSet.objects.exists()


def test_a_table_that_would_fill_the_memory_is_refused_unread(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "LONGEST_MANIFEST", 2**20)
    table = Path(settings.MEDIA_ROOT) / "splits.csv"
    table.write_bytes(b"file,split\n" + bytes(2**20))
    with table.open("rb") as file:
        page = upload(admin, zip_of_photos(), manifest=file)
    table.unlink()
    assert "splits.csv is larger than 1 MB." in page
    assert not TestSet.objects.exists()


def test_a_dataset_of_torchvision_is_imported_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From files as a download leaves them, so that none is needed."""
    monkeypatch.setenv("HOME", str(tmp_path))
    kinds = tmp_path / ".cache" / "colortest" / "caltech101" / "101_ObjectCategories"
    for place in (kinds / "cat", kinds / "BACKGROUND_Google"):
        place.mkdir(parents=True)
    for number, (_, _, image) in enumerate(photographs(5), start=1):
        image.save(kinds / "cat" / f"image_{number:04}.jpg")
    call_command("import_test_set", "Caltech101", limit=4)
    test_set = TestSet.objects.get()
    assert (test_set.name, test_set.status, test_set.photos.split_counts()) == ("Caltech101", "READY", {"test": 4})
    assert {Image.open(photo.file).size for photo in test_set.photos.all()} == {(256, 256)}


def test_what_was_deleted_can_be_uploaded_again_as_if_it_had_never_been_there(admin: Client) -> None:
    services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    before = stored()
    outcomes = []
    for _ in range(2):
        test_set = checked(admin)
        services.accept_test_set(test_set=test_set)
        names = ("name", "split", "sha256")
        reports = ImportedFile.objects.values_list("position", "name", "outcome", "reason").order_by("position")
        outcomes.append((test_set.slug, list(Photo.objects.order_by("name").values_list(*names)), list(reports)))
        admin.post(f"{test_set.get_absolute_url()}delete/")
        services.delete_forgotten()
        for rows in (TestSet, Photo, ImportedFile, Colorization, Chunk, ForgottenFile):
            assert not rows._default_manager.exists()
    assert outcomes[0] == outcomes[1]
    assert stored() == before


def test_a_page_that_waits_for_what_was_thrown_away_in_another_window_leaves(admin: Client) -> None:
    upload(admin, zip_of_photos())
    theirs = services.register_external(name="Theirs")
    test_set = TestSet.objects.get()
    fakes = services.begin_fakes(algorithm=theirs, test_set=test_set, file_name="a.zip", byte_count=9)
    pages = {test_set.get_absolute_url(): "/test-sets/", fakes.get_absolute_url(): "/algorithms/theirs/"}
    services.delete_test_set(test_set=test_set)
    for page, instead in pages.items():
        assert admin.get(page).status_code == 404
        assert admin.get(page, headers={"HX-Request": "true"})["HX-Redirect"] == instead


@pytest.mark.parametrize("name", ["日本", "…"])
def test_a_name_that_leaves_no_address_is_refused_in_a_sentence(admin: Client, name: str) -> None:
    for address, data in (("/test-sets/", {"file_name": "a.zip", "byte_count": 9}), ("/algorithms/", {})):
        page = admin.post(address, {"name": name, **data}).content.decode()
        assert "a name with Latin letters or digits, which its address is made of, not" in page


def test_a_split_whose_name_no_database_takes_is_refused_in_a_sentence(admin: Client) -> None:
    checked(admin)
    page = admin.post("/test-sets/street/splits/", {"all": "a\0b"}, follow=True).content.decode()
    assert "A split needs a name of 1 to 50 characters, not “a?b”." in page


def stored() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
