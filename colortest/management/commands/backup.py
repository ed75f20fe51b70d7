"""manage.py backup: the whole site in one file, beside a running `make run`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.embedded.backups import OTHER_SERVER, back_up
from colortest.embedded.unprivileged import EmbeddedError


class Command(BaseCommand):
    help = "Write everything that the running site holds, database and pictures, to one file."
    requires_system_checks = ()  # what is wrong with the settings must not keep anybody from a backup

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, such as colortest.zip")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError(OTHER_SERVER)
        try:
            count = back_up(settings.VAR, Path(settings.MEDIA_ROOT), file)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {file}: the database and {count} files.")
        if settings.S3_BUCKET:
            self.stdout.write(f"Pictures lie in the bucket {settings.S3_BUCKET} and are not in it: copy that one too.")
