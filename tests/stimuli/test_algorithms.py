"""Algorithms on their pages: progress, failures by reason, retirement, and what others made."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from colortest.experiment import services as experiment
from colortest.experiment.design_form import DesignForm
from colortest.experiment.models import Study
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, FakesUpload
from tests.cast import colour, make_test_set
from tests.stimuli.fakes import fakes, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def grey() -> Algorithm:
    return services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_its_page_shows_progress_of_each_test_set_and_twelve_samples(admin: Client, grey: Algorithm) -> None:
    colour(make_test_set(14), grey)
    services.request_colorizations(photos=make_test_set(3, name="more").photos.all(), algorithm=grey)
    other = services.register_method(slug="other", name="Other", kind="BASELINE", method="grey")
    services.request_colorizations(photos=make_test_set(2, name="third").photos.all(), algorithm=other)
    reply = admin.get("/algorithms/grey/")
    progress = [(one.name, one.ready, one.pending, one.failed) for one in reply.context["progress"]]
    assert progress == [("more", 0, 3, 0), ("photographs", 14, 0, 0)]
    assert reply.content.decode().count("as it coloured it") == 12


def test_failures_are_grouped_by_reason_and_all_can_be_tried_again(admin: Client, grey: Algorithm) -> None:
    services.request_colorizations(photos=make_test_set(5).photos.all(), algorithm=grey)
    rows = list(Colorization.objects.order_by("id"))
    services.fail_colorizations(colorizations=rows[:3], reason="Too dark & odd.")
    services.fail_colorizations(colorizations=rows[3:], reason="Too bright.")
    reply = admin.get("/algorithms/grey/")
    assert reply.context["reasons"] == [("Too dark & odd.", 3), ("Too bright.", 2)]
    assert "?reason=Too%20dark%20%26%20odd." in reply.content.decode()
    chosen = admin.get("/algorithms/grey/", {"reason": "Too bright."}).context["failures"]
    assert [one.pk for one in chosen] == [row.pk for row in rows[3:]]
    admin.post("/algorithms/grey/retry/")
    assert Colorization.objects.pending().count() == 5


def test_a_retired_one_is_asked_nothing_new_until_that_is_taken_back(admin: Client, grey: Algorithm) -> None:
    test_set = make_test_set(2)
    admin.post("/algorithms/grey/retire/")
    services.colorize_with_all(test_set=test_set)
    assert not Colorization.objects.exists()
    assert "Colour with Grey" not in text(admin, test_set.get_absolute_url())
    assert "Grey" not in text(admin, "/studies/new/")
    admin.post("/algorithms/grey/retire/", {"back": "1"})
    services.colorize_with_all(test_set=test_set)
    assert Colorization.objects.count() == 2
    assert "Grey" in text(admin, "/studies/new/")


@pytest.fixture
def checkpoints(tmp_path: Path) -> Iterator[Path]:
    """A checkpoint folder with the shipped one in it, for a test to change."""
    for suffix in (".safetensors", ".json"):
        shutil.copy(Path(settings.CHECKPOINT_DIR) / f"best{suffix}", tmp_path)
    with override_settings(CHECKPOINT_DIR=tmp_path):
        yield tmp_path


def of_another_version(checkpoints: Path) -> None:
    """The checkpoint that ships becomes another one."""
    with (checkpoints / "best.safetensors").open("ab") as file:
        file.write(b"more")
    summary = json.loads((checkpoints / "best.json").read_text())
    digest = services.file_sha256(checkpoints / "best.safetensors")
    (checkpoints / "best.json").write_text(json.dumps({**summary, "sha256": digest}))


def test_an_update_of_colortest_brings_its_generator_beside_the_one_before(checkpoints: Path) -> None:
    services.update_shipped()
    assert not Algorithm.objects.exists(), "nobody has registered any"
    before, *_ = services.register_shipped()
    colour(make_test_set(2), before)
    of_another_version(checkpoints)
    for _ in range(2):
        services.update_shipped()
        old, new = Algorithm.objects.filter(kind="MODEL").order_by("pk")
        assert (old.slug, old.sha256, old.colorizations.ready().count()) == (before.slug, before.sha256, 2)
        assert old.retired
        assert not new.retired
        assert new.sha256 == services.file_sha256(checkpoints / "best.safetensors")
        assert new.slug == f"colortest-best-{new.sha256[:8]}"
        assert new.name != old.name
    assert services.register_shipped()[0] == new


def test_the_shipped_generator_under_a_name_of_somebodys_own_is_that_one(checkpoints: Path) -> None:
    mine = services.register_checkpoint(slug="mine", name="Mine", file_name="best.safetensors")
    assert services.register_shipped()[0] == mine


def test_one_that_comes_later_than_the_photos_is_asked_for_a_test_set(admin: Client, grey: Algorithm) -> None:
    test_set = make_test_set(3)
    make_test_set(2, name="another")
    services.colorize_now(photo=test_set.photos.first(), algorithm=grey)
    assert "Colour a test set" in text(admin, "/algorithms/grey/")
    for count in (2, 0):
        page = admin.post("/algorithms/grey/colour/", {"test_set": test_set.pk}, follow=True).content.decode()
        assert f"{count} more colorizations of “photographs” are asked for." in page
    assert list(Colorization.objects.values_list("photo__test_set", flat=True)) == [test_set.pk] * 3
    admin.post("/algorithms/grey/retire/")
    assert "Colour a test set" not in text(admin, "/algorithms/grey/")
    assert admin.post("/algorithms/grey/colour/", {"test_set": test_set.pk}).status_code == 404
    theirs = services.register_external(name="Theirs")
    assert "Colour a test set" not in text(admin, theirs.get_absolute_url())


def test_a_draft_keeps_what_was_retired_meanwhile_and_another_is_not_offered_it(study: Study) -> None:
    services.retire_algorithm(algorithm=Algorithm.objects.get(slug="grey"))
    draft = experiment.copy_study(study=study)
    assert [one.slug for one in DesignForm(instance=draft).fields["algorithms"].queryset] == ["grey"]  # type: ignore[attr-defined]
    Algorithm.objects.create(slug="theirs", name="Theirs", kind="EXTERNAL", retired="2026-01-01T00:00Z")
    assert [one.slug for one in DesignForm(instance=draft).fields["algorithms"].queryset] == ["grey"]  # type: ignore[attr-defined]


def test_fakes_go_up_are_read_about_and_accepted_on_the_pages(admin: Client) -> None:
    make_test_set(4)
    page = admin.post("/algorithms/", {"name": "Their method"}, follow=True).content.decode()
    assert "made elsewhere and uploaded" in page
    file = SimpleUploadedFile("results.zip", zipped(fakes(3)), "application/zip")
    test_set = make_test_set(1, name="another")
    data = {"test_set": test_set.pk - 1, "upload": file}
    page = admin.post("/algorithms/their-method/fakes/", data, follow=True).content.decode()
    assert "being checked" in page
    assert 'hx-trigger="every 1s"' in page
    row = FakesUpload.objects.get()
    services.work_on_fakes(fakes_id=row.pk)
    page = text(admin, row.get_absolute_url())
    assert "3 files can be stored" in page
    assert "another lightness" in page
    admin.post(f"{row.get_absolute_url()}accept/")
    services.work_on_fakes(fakes_id=row.pk)
    assert "3 colorizations stored" in text(admin, row.get_absolute_url())
    assert "3 of its colorizations came with another lightness" in text(admin, "/algorithms/their-method/")


def test_a_file_that_is_no_zip_gets_a_sentence_at_once(admin: Client) -> None:
    test_set = make_test_set(1)
    services.register_external(name="Theirs")
    data = {"test_set": test_set.pk, "upload": SimpleUploadedFile("a.zip", b"PK and nothing")}
    assert "a.zip is not a zip archive" in admin.post("/algorithms/theirs/fakes/", data).content.decode()
    assert not FakesUpload.objects.exists()


def test_a_name_that_is_taken_gets_a_sentence(admin: Client, grey: Algorithm) -> None:
    page = admin.post("/algorithms/", {"name": "Grey"}).content.decode()
    assert "There is already an algorithm “grey”" in page
