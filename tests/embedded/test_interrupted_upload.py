"""The web server is killed while a chunk is on its way: what had arrived is there, and the upload goes on."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from colortest.embedded.processes import ROOT
from tests.cast import PASSWORD, photographs
from tests.running import Site, django_environment, new_folder, serving, wait_until

pytestmark = pytest.mark.processes


@pytest.fixture
def site() -> Iterator[Site]:
    folder = new_folder()
    with serving(folder / "var") as served:
        yield served
    shutil.rmtree(folder)


def zip_of_three_chunks() -> bytes:
    """Photographs, and so much beside them that it takes three chunks of 8 MiB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for split, name, image in photographs(4):
            picture = io.BytesIO()
            image.save(picture, "PNG")
            archive.writestr(f"{split}/{name}", picture.getvalue())
        archive.writestr("test/video.mov", os.urandom(20 * 2**20))
    return buffer.getvalue()


def log_in(client: httpx.Client, site: Site) -> dict[str, str]:
    """As a first admin; the headers of what changes something."""
    environ = {**django_environment(site.home), "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    argv = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username=ada", "--email=ada@example.org"]
    subprocess.run(argv, cwd=ROOT, env=environ, check=True, capture_output=True)
    token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', client.get("/login/").text)[0]
    fields = {"username": "ada", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/login/", data=fields).status_code == 302
    return {"X-CSRFToken": client.cookies["csrftoken"], "Accept": "application/json"}


def kill_web_workers(site: Site) -> None:
    web = [process for process in site.processes() if "gunicorn" in " ".join(process.cmdline())]
    for process in web:
        if process.parent() in web:
            process.send_signal(signal.SIGKILL)


def test_a_web_server_killed_in_the_middle_of_a_chunk_costs_that_chunk_and_no_other(site: Site) -> None:
    data = zip_of_three_chunks()
    with httpx.Client(base_url=site.url, timeout=120) as client:
        headers = log_in(client, site)
        fields = {"name": "Street", "file_name": "street.zip", "byte_count": str(len(data))}
        begun = client.post("/test-sets/", data=fields, headers=headers).json()
        length = client.get(begun["upload"]).json()["chunk_bytes"]
        parts = [data[start : start + length] for start in range(0, len(data), length)]

        def send(position: int, content: bytes | Iterator[bytes]) -> int:
            size = {"Content-Length": str(len(parts[position]))}
            address = f"{begun['upload']}chunks/{position}/"
            return client.put(address, content=content, headers={**headers, **size}).status_code

        def interrupted(part: bytes) -> Iterator[bytes]:
            yield part[: length // 2]
            kill_web_workers(site)
            yield part[length // 2 :]

        def there() -> list[bool]:
            return [bool(one) for one in client.get(begun["upload"]).json()["chunks"]]

        assert send(0, parts[0]) == 204
        with pytest.raises(httpx.TransportError):
            send(1, interrupted(parts[1]))
        wait_until(lambda: answers(site))
        assert there() == [True, False, False]
        assert [send(position, parts[position]) for position in (1, 2)] == [204, 204]
        wait_until(lambda: "4 photos can be used" in client.get(begun["page"], follow_redirects=True).text, 120)
        assert len(list((site.home / "files" / "uploads").rglob("*.part"))) == 0
        report = client.get(f"{begun['page']}report.csv").text
    assert report.count(",kept,") == 4
    assert 'test/video.mov,rejected,,"It is not a photo' in report


def answers(site: Site) -> bool:
    try:
        return httpx.get(f"{site.url}/health/", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
