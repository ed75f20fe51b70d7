"""What a newcomer sees: `make run` with the demo, twice. `make run` is this command after the packages are there."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import new_folder, serving

pytestmark = pytest.mark.processes


@pytest.fixture
def folder() -> Iterator[Path]:
    place = new_folder()
    yield place
    shutil.rmtree(place)


def log_in(client: httpx.Client, name: str, password: str) -> None:
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/login/").text)
    assert csrf
    data = {"csrfmiddlewaretoken": csrf[1], "username": name, "password": password}
    assert client.post("/login/", data=data).status_code == 302


@pytest.mark.timeout(600)
def test_the_first_start_makes_the_demo_and_the_second_keeps_it(folder: Path) -> None:
    with serving(folder / "var", demo=True) as site:
        said = site.said.read_text()
        for address in ("/s/demo/", "/studies/demo/results/", "/test-sets/"):
            assert f"{site.url}{address}" in said
        passwords = json.loads((folder / "var/demo-accounts.json").read_text())
        assert f"researcher / {passwords['researcher']}" in said
        assert f"admin / {passwords['admin']}" in said
        with httpx.Client(base_url=site.url) as client:
            assert "I have read this and agree" in client.get("/s/demo/").text
            log_in(client, "researcher", passwords["researcher"])
            results = client.get("/studies/demo/results/").text
            assert "Simulated participants" in results
            assert "Nobody has finished this study yet" in results
        with httpx.Client(base_url=site.url) as client:
            log_in(client, "admin", passwords["admin"])
            page = client.get("/test-sets/demo/").text
            assert "339 of 339 made" in page
            assert "failed" not in page
    with serving(folder / "var", demo=True) as site:
        again = site.said.read_text()
        assert "Colouring" not in again
        assert f"researcher / {passwords['researcher']}" in again
        with httpx.Client(base_url=site.url) as client:
            log_in(client, "admin", passwords["admin"])
            assert "339 of 339 made" in client.get("/test-sets/demo/").text
