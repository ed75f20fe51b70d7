"""DATABASE_URL and REDIS_URL replace the embedded servers with others."""

import shutil

import httpx
import pytest

from colortest import embedded
from tests.running import new_folder, serving


@pytest.mark.processes
def test_a_site_uses_the_servers_it_is_told_of_and_starts_none_of_its_own() -> None:
    folder = new_folder()
    theirs, ours = folder / "theirs", folder / "ours"
    addresses = {"DATABASE_URL": embedded.database_url(theirs), "REDIS_URL": embedded.redis_url(theirs)}
    try:
        with embedded.serve(theirs, durable=False), serving(ours, **addresses) as site:
            assert httpx.get(f"{site.url}/health/").text == "ok"
            assert not (ours / "postgres").exists()
            names = {process.name() for process in site.processes()}
            assert "celery" in " ".join(" ".join(process.cmdline()) for process in site.processes())
            assert not names & {"postgres", "redis-server"}
    finally:
        shutil.rmtree(folder)
