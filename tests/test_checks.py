"""Each way to set the site up wrong has an id and a hint."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from colortest import checks


@pytest.mark.parametrize(
    ("check", "wrong", "found"),
    [
        (checks.secret_key, {"SECRET_FILE": Path("/nowhere/secret-key")}, "colortest.W001"),
        (checks.checkpoint_folder, {"CHECKPOINT_DIR": "/nowhere"}, "colortest.E002"),
        (checks.numbers, {"COLORIZE_BATCH": 0}, "colortest.E003"),
        (checks.numbers, {"TASK_SECONDS": 5}, "colortest.E004"),
        (checks.numbers, {"DATABASE_SILENCE": 1}, "colortest.E010"),
        (checks.open_to_the_world, {"DEBUG": True, "HTTPS": True}, "colortest.E005"),
        (checks.log_format, {"LOG_FORMAT": "yaml"}, "colortest.E006"),
        (checks.bucket, {"S3_REGION": "eu-central-1"}, "colortest.E007"),
        (checks.bucket, {"S3_BUCKET": "stimuli", "S3_KEY": "key"}, "colortest.E008"),
        (checks.bucket, {"S3_BUCKET": "stimuli", "S3_ENDPOINT": "s3.example.org"}, "colortest.E009"),
    ],
)
def test_a_wrong_setting_is_found_and_the_hint_says_what_to_do(
    check: Callable[[], list], wrong: dict[str, object], found: str, settings: Settings, tmp_path: Path
) -> None:
    settings.SECRET_FILE = tmp_path / "secret-key"
    settings.SECRET_FILE.touch()
    assert check() == []
    for name, value in wrong.items():
        setattr(settings, name, value)
    (message,) = check()
    assert message.id == found
    assert message.hint
