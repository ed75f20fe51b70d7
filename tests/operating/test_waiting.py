"""Whatever the clock rings for is told of while it waits, and what keeps it from going on."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.test import Client

from colortest.analysis.models import ResponseImport
from colortest.operating.overview import overview
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, FakesUpload, TestSet
from tests.operating.staging import worker

pytestmark = pytest.mark.django_db


def arrived(of: TestSet | FakesUpload) -> None:
    assert of.upload
    services.receive_chunk(upload=of.upload, position=0, data=b"none")


@pytest.fixture
def test_set() -> TestSet:
    """An upload that waits to be imported."""
    found = services.begin_test_set(name="Street", file_name="street.zip", byte_count=4)
    arrived(found)
    return found


def test_uploads_of_all_kinds_and_checkpoints_wait_for_workers(
    test_set: TestSet, django_user_model: type[User]
) -> None:
    theirs = services.register_external(name="Theirs")
    arrived(services.begin_fakes(algorithm=theirs, test_set=test_set, file_name="fakes.zip", byte_count=4))
    account, team = django_user_model.objects.create(username="rosa"), Group.objects.create(name="lab")
    file = ContentFile(b"x", "responses.csv")
    ResponseImport.objects.create(account=account, team=team, test_set=test_set, file_name="a", upload=file)
    Algorithm.objects.create(slug="mine", name="Mine", kind="MODEL", checkpoint="mine.safetensors", sha256="0" * 64)
    now = overview()
    waiting = {one.kind: one.pending for one in now.elsewhere if one.pending}
    assert waiting == {"import": 1, "import_fakes": 1, "import_responses": 1, "check": 1}
    assert now.finding.sentence.startswith("Nobody is working: 4 wait")
    worker()
    assert overview().finding.sentence == "1 worker at work, 4 tasks beside colorizations to do."


def test_an_import_that_stands_still_is_told_of_first(test_set: TestSet, admin: Client) -> None:
    worker()
    TestSet.objects.update(trouble="The import stands still: No space left on device.")
    page = admin.get("/workers/").content.decode()
    assert "“Street”: The import stands still: No space left on device." in page
    TestSet.objects.update(trouble="")
    assert "stands still" not in admin.get("/workers/").content.decode()


def test_a_full_disk_is_told_of_before_somebody_wonders(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    worker()
    monkeypatch.setattr("colortest.operating.overview.free_bytes", lambda: 3 * 10**6)
    assert "The disk is full, 3 MB are left: nothing is lost." in admin.get("/workers/").content.decode()
    monkeypatch.setattr("colortest.operating.overview.free_bytes", lambda: None)
    page = admin.get("/workers/").content.decode()
    assert "free on the disk" not in page
    assert "Everything that was asked for is made." in page
