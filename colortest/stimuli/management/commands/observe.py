"""manage.py observe: ask the machine observer about an algorithm."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.refusal import Refused
from colortest.stimuli import observer
from colortest.stimuli.models import Algorithm, TestSet


class Command(BaseCommand):
    help = "Ask a worker for an algorithm's machine fool rates on a test set: a network's, not people's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("algorithm", help="slug of the algorithm")
        parser.add_argument("test_set", help="slug of the test set")

    def handle(self, *args: Any, **options: Any) -> None:
        algorithm = Algorithm.objects.filter(slug=options["algorithm"]).first()
        test_set = TestSet.objects.ready().filter(slug=options["test_set"]).first()
        if algorithm is None:
            raise CommandError(f"There is no algorithm “{options['algorithm']}”.")
        if test_set is None:
            raise CommandError(f"There is no test set “{options['test_set']}” that is ready.")
        try:
            observer.request_machine_fool_rates(algorithm=algorithm, test_set=test_set)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The machine observer is asked about {algorithm} on {test_set}: see the algorithms page.")
