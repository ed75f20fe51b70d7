"""The arrows between the folders, and what a web process holds in memory."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parent.parent


def python(code: str) -> str:
    """What a fresh Python prints, run from the project's root."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_arrows_point_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_a_web_process_holds_neither_torch_nor_statsmodels_nor_the_generator_nor_the_worker() -> None:
    code = (
        "import sys; from colortest.wsgi import application; from django.urls import get_resolver; "
        "get_resolver().url_patterns; "
        "heavy = 'torch', 'torchvision', 'statsmodels', 'generator', 'worker'; "
        "print([name for name in heavy if name in sys.modules])"
    )
    assert python(code) == "[]"


def test_beat_holds_neither_torch_nor_statsmodels_nor_the_worker() -> None:
    code = (
        "import sys; from colortest.clock import app; app.loader.init_worker(); app.finalize(); "
        "print([name for name in ('torch', 'statsmodels', 'worker') if name in sys.modules])"
    )
    assert python(code) == "[]"


def test_the_generator_knows_nothing_of_the_site() -> None:
    code = (
        "import importlib, sys; import generator.colorizer, generator.baselines; from generator.cli import COMMANDS; "
        "[importlib.import_module(f'generator.commands.{name}') for name in COMMANDS]; "
        "print([name for name in ('django', 'celery', 'colortest', 'worker') if name in sys.modules])"
    )
    assert python(code) == "[]"


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_the_migrations_can_be_taken_back() -> None:
    """Each is reversible; said by Django's own plan, without touching the tables."""
    loader = MigrationLoader(connection)
    ours = [key for key in loader.disk_migrations if key[0] in {"colortest", "stimuli", "experiment", "analysis"}]
    assert ours
    for key in ours:
        assert all(operation.reversible for operation in loader.disk_migrations[key].operations), key
