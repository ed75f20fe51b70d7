"""What must be there before the site serves: made once, kept, and made again when it has to be."""

import os
import socket
import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from colortest.embedded.preparation import PortError, collect_static, keep_secret_key, require_free


def test_static_files_are_collected_again_only_when_one_changed(tmp_path: Path, settings: Settings) -> None:
    source = tmp_path / "source/own.css"
    source.parent.mkdir()
    source.write_text("a {}")
    settings.STATICFILES_DIRS = [source.parent]
    settings.STATIC_ROOT = tmp_path / "static"
    collected = settings.STATIC_ROOT / "own.css"

    collect_static(tmp_path / "stamp")
    assert collected.read_text() == "a {}"
    (settings.STATIC_ROOT / "left-over").touch()
    collect_static(tmp_path / "stamp")
    assert (settings.STATIC_ROOT / "left-over").exists()

    source.write_text("b {}")
    os.utime(source, (1, 1))  # older than what was collected, as after a return to an older version
    collect_static(tmp_path / "stamp")
    assert collected.read_text() == "b {}"
    assert not (settings.STATIC_ROOT / "left-over").exists()


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secret-key"
    keep_secret_key(file)
    key = file.read_text()
    assert len(key) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keep_secret_key(file)
    assert file.read_text() == key


def test_a_port_that_somebody_listens_on_is_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortError, match=f"^Port {port} of 127.0.0.1 is in use: stop the program"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)


def test_an_address_of_another_machine_cannot_be_served() -> None:
    with pytest.raises(PortError, match=r"^Cannot serve on port 8000 of 192\.0\.2\.1: Cannot assign"):
        require_free("192.0.2.1", 8000)
