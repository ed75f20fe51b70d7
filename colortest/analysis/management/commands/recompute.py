"""`python manage.py recompute STUDY …`: fool rates from responses anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.analysis.services import recompute_fool_rates
from colortest.experiment.models import Study
from colortest.refusal import Refused


class Command(BaseCommand):
    help = "Make fool rates of studies from their responses anew, whatever was stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("studies", nargs="+", metavar="STUDY", help="as its address names it")
        parser.add_argument(
            "--all", action="store_true", help="tally everybody again, also whose tallies are what their responses say"
        )

    def handle(self, *args: Any, studies: list[str], **options: Any) -> None:
        found = {study.slug: study for study in Study.objects.filter(slug__in=studies)}
        unknown = ", ".join(slug for slug in studies if slug not in found)
        if unknown:
            raise CommandError(f"No study has this name: {unknown}.")
        for slug in studies:
            try:
                rates = recompute_fool_rates(study=found[slug], everybody=options["all"])
            except Refused as refusal:
                raise CommandError(f"{slug}: {refusal}") from refusal
            self.stdout.write(f"{slug}: {len(rates)} fool rates from responses")
