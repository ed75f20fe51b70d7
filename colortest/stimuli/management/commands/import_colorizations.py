"""manage.py import_colorizations: fakes that others made, matched to the photos of a test set by name."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.made_elsewhere import CHANGED
from colortest.stimuli.models import Algorithm, FakesUpload, TestSet


class Command(BaseCommand):
    help = (
        "Store colorizations that were made elsewhere, from a folder or zip, and say what became of each file. "
        "Interrupted, the same command goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("algorithm", metavar="ALGORITHM", help="its slug")
        parser.add_argument("test_set", metavar="TEST_SET", help="its slug")
        parser.add_argument("path", metavar="PATH", type=Path, help="a folder or zip of pictures")
        parser.add_argument("--register", metavar="NAME", help="register ALGORITHM under this name first")
        parser.add_argument("--check", action="store_true", help="only say what would become of each file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            fakes = self._import(options)
        except Refused as error:
            raise CommandError(f"Nothing was stored.\n{error}") from error
        self._tell(fakes, "can be stored" if options["check"] else "stored")
        if options["check"]:
            services.discard_fakes(fakes=fakes)

    def _import(self, options: dict[str, Any]) -> FakesUpload:
        algorithm, test_set = self._algorithm(options), TestSet.objects.ready().filter(slug=options["test_set"]).first()
        if test_set is None:
            raise CommandError(f"There is no test set “{options['test_set']}” that was accepted.")
        only_check = options["check"]
        return services.import_fakes(
            algorithm=algorithm, test_set=test_set, path=options["path"], only_check=only_check
        )

    def _tell(self, fakes: FakesUpload, done: str) -> None:
        for file in fakes.files.refused().iterator():
            self.stderr.write(f"not used: {file}: {file.reason}")
        for file in fakes.files.relit().iterator():
            told = f"its lightness is another by {file.lightness_change:.1f} L* (over {CHANGED:g})"
            self.stderr.write(f"warning: {file}: {told}")
        missing = fakes.photos_without_one()
        for name in missing.values_list("name", flat=True).iterator():
            self.stderr.write(f"missing: {name}")
        usable, refused = fakes.files.usable().count(), fakes.files.refused().count()
        self.stdout.write(f"{usable} {done}, {refused} not used, {missing.count()} photos without one.")

    def _algorithm(self, options: dict[str, Any]) -> Algorithm:
        found = Algorithm.objects.filter(slug=options["algorithm"]).first()
        if found is None and options["register"]:
            return services.register_external(name=options["register"], slug=options["algorithm"])
        if found is None:
            raise CommandError(f"There is no algorithm “{options['algorithm']}”: --register NAME makes one.")
        return found
