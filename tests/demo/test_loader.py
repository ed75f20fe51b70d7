"""The demo study, coloured by a real worker process."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from colortest.demo.accounts import ensure_accounts
from colortest.embedded.supervisor import Child
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from tests.cast import photographs

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As many photographs as the thesis' protocol needs with its reserve, and two to spare."""
    for split, name, image in photographs(56):
        place = tmp_path / "mine" / split
        place.mkdir(parents=True, exist_ok=True)
        image.save(place / Path(name).name)
    return tmp_path / "mine"


def test_the_demo_of_a_folder_is_made_by_the_worker_and_loading_it_again_changes_nothing(
    folder: Path, worker: Child, site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        call_command("demo", photos=folder, site=site)
        assert "The study “Demo: mine” is open, at /s/demo-mine/" in capsys.readouterr().out
    study = Study.objects.get()
    assert study.preset == "thesis-2020"
    assert set(study.splits) == {"test", "train"}
    assert Colorization.objects.ready().count() == 3 * 56
    assert {algorithm.kind for algorithm in Algorithm.objects.all()} == {"MODEL", "BASELINE", "CATCH"}
    assert study.participants.filter(simulated=True).finished().count() == 12
    assert not study.participants.filter(simulated=False).exists()
    passwords = json.loads((settings.VAR / "demo-accounts.json").read_text())
    for name, page in (("researcher", "/studies/demo-mine/results/"), ("admin", "/test-sets/demo-mine/")):
        client = Client()
        assert client.post("/login/", {"username": name, "password": passwords[name]}).status_code == 302
        assert client.get(page).status_code == 200


def test_a_folder_without_photos_and_a_missing_one_are_explained(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no photo")
    with pytest.raises(CommandError, match="There are no usable photos in"):
        call_command("demo", photos=tmp_path)
    with pytest.raises(CommandError, match="no usable photos in .*missing"):
        call_command("demo", photos=tmp_path / "missing")
    assert not TestSet.objects.exists()
    assert not Study.objects.exists()


def test_too_few_photos_are_counted_in_one_sentence_and_leave_nothing(tmp_path: Path) -> None:
    for _, name, image in photographs(3):
        image.save(tmp_path / Path(name).name)
    with pytest.raises(
        CommandError, match="36 test trials may need 36 different photos of the split “test”, which has 3"
    ):
        call_command("demo", photos=tmp_path)
    assert not TestSet.objects.exists()
    assert not Study.objects.exists()


def test_a_dataset_without_a_network_is_explained_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(CommandError, match=r"^STL10 cannot be downloaded: .*is there a network\?\)$"):
        call_command("demo", dataset="STL10")
    with pytest.raises(CommandError, match="no downloadable dataset “Nothing”"):
        call_command("demo", dataset="Nothing")
    assert not TestSet.objects.exists()


def test_passwords_are_made_up_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = ensure_accounts(tmp_path)
    assert ensure_accounts(tmp_path) == first
    assert len(set(first.values())) == 2
    assert min(map(len, first.values())) >= 12
    assert (tmp_path / "demo-accounts.json").stat().st_mode & 0o777 == 0o600
