"""manage.py restore: a site from what `manage.py backup` wrote, into a data folder that holds none yet."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.embedded.backups import OTHER_SERVER, restore
from colortest.embedded.unprivileged import EmbeddedError


class Command(BaseCommand):
    help = "Restore a backup into a data folder that holds no site yet; the site must not be running."
    requires_system_checks = ()  # there is no site yet that they could check

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError(OTHER_SERVER)
        os.umask(0o077)  # what the site stores is nobody else's to read
        try:
            count = restore(settings.VAR, Path(settings.MEDIA_ROOT), file)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored the database and {count} files; `make run` serves them.")
