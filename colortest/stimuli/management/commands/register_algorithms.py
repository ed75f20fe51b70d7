"""manage.py register_algorithms: the algorithms that come with colortest, or one checkpoint of yours."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.refusal import Refused
from colortest.stimuli import services


class Command(BaseCommand):
    help = "Register the shipped algorithms, or with --checkpoint a generator of yours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoint", help="a .safetensors file in the checkpoint folder, its JSON beside it")
        parser.add_argument("--name", help="of the algorithm (default: the file's name)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["checkpoint"]:
                slug = Path(options["checkpoint"]).stem
                made = [
                    services.register_checkpoint(
                        slug=slug, name=options["name"] or slug, file_name=options["checkpoint"]
                    )
                ]
            else:
                made = services.register_shipped()
        except Refused as error:
            raise CommandError(str(error)) from error
        for algorithm in made:
            self.stdout.write(f"{algorithm.slug}: {algorithm.get_kind_display()}")
