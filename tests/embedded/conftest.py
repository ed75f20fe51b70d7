"""Data folders that the account which PostgreSQL runs as can reach."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import new_folder


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One data folder for the module: only its first start makes a database."""
    folder = new_folder()
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def fresh_folder() -> Iterator[Path]:
    folder = new_folder()
    yield folder
    shutil.rmtree(folder)
