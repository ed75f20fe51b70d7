"""manage.py demo: load the demo study; a worker must be running, as under `make run`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.demo.loader import DemoError, load, simulate_once


class Command(BaseCommand):
    help = "Load the demo study: real photographs, fakes made by the worker. Loading it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--photos", type=Path, metavar="DIR", help="use this folder or zip of photos instead")
        source.add_argument("--dataset", default="", metavar="NAME", help="use this torchvision dataset instead")
        parser.add_argument("--site", metavar="URL", help="let simulated participants play the demo there, once")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = load(photos=options["photos"], dataset=options["dataset"])
        except DemoError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The study “{study}” is {study.get_status_display()}, at /s/{study.slug}/.")
        if options["site"]:
            simulate_once(study, options["site"])
