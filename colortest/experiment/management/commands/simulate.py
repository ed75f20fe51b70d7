"""manage.py simulate: simulated participants play a study over HTTP, choosing with a known probability."""

from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from colortest.experiment.models import Study
from colortest.experiment.simulation import simulate


class Command(BaseCommand):
    help = "Simulated participants play a whole study over HTTP. They are marked as such and never counted as people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", default="demo", help="slug of an open study (default: demo)")
        parser.add_argument("--participants", type=int, default=10)
        parser.add_argument("--fool-rate", type=float, default=0.4, help="probability of being fooled, 0 to 1")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the site answers")
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.open().filter(slug=options["study"]).first()
        if study is None:
            raise CommandError(f"There is no open study “{options['study']}”.")
        if not 0 <= options["fool_rate"] <= 1:
            raise CommandError(f"A fool rate lies between 0 and 1, not at {options['fool_rate']}.")
        wanted = {name: options[name] for name in ("participants", "fool_rate", "url", "seed")}
        try:
            for _ in tqdm(simulate(study, **wanted), total=options["participants"], unit="participant"):
                pass
        except (httpx.HTTPError, ValueError) as error:
            raise CommandError(
                f"The site at {options['url']} did not play along: {error}. If it is elsewhere, say --url."
            ) from error
        self.stdout.write(f"Simulated participants who finished “{study}”: {options['participants']}.")
