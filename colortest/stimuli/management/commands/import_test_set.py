"""manage.py import_test_set: a test set from a folder or a zip."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.models import TestSet


def parse_split(text: str) -> tuple[str, str]:
    """“test=photos/new” → split and the folder inside the test set that holds its photos."""
    split, _, folder = text.partition("=")
    if not split or not folder:
        raise CommandError(f"--split takes NAME=FOLDER, such as test=photos/new, not “{text}”.")
    return split, folder


class Command(BaseCommand):
    help = "Import a test set from a folder or zip. Bad files are named with their reasons; nothing else is lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--name", help="of the test set (default: the folder's or the zip's name)")
        parser.add_argument(
            "--split",
            action="append",
            default=[],
            metavar="NAME=FOLDER",
            help="a split and its folder inside PATH, “.” for all of it; may be repeated (default: folders are splits)",
        )
        parser.add_argument("--licence", default="")
        parser.add_argument("--source", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        splits = dict(parse_split(text) for text in options["split"]) or None
        try:
            with transaction.atomic():
                test_set = services.create_test_set(
                    name=options["name"] or path.stem, licence=options["licence"], source=options["source"]
                )
                services.import_photos(test_set=test_set, path=path, splits=splits)
                if test_set.status == TestSet.Status.REJECTED:
                    raise Refused("\n".join(f"{name}: {reason}" for name, reason in test_set.problems))
                services.colorize_with_all(test_set=test_set)
        except Refused as error:
            raise CommandError(f"Nothing was imported.\n{error}") from error
        for name, reason in test_set.problems:
            self.stderr.write(f"not kept: {name}: {reason}")
        counts = ", ".join(f"{split}: {count}" for split, count in test_set.photos.split_counts().items())
        self.stdout.write(f"{test_set}: {counts}; {len(test_set.problems)} not kept.")
