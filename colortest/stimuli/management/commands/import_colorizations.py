"""manage.py import_colorizations: fakes that others made, matched to the photos of a test set by name."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.made_elsewhere import CHANGED
from colortest.stimuli.models import Algorithm, TestSet


class Command(BaseCommand):
    help = "Store colorizations that were made elsewhere, from a folder or zip, and say what became of each file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("algorithm", metavar="ALGORITHM", help="its slug")
        parser.add_argument("test_set", metavar="TEST_SET", help="its slug")
        parser.add_argument("path", metavar="PATH", type=Path, help="a folder or zip of pictures")
        parser.add_argument("--register", metavar="NAME", help="register ALGORITHM under this name first")
        parser.add_argument("--check", action="store_true", help="only say what would become of each file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._import(options)
        except Refused as error:
            raise CommandError(f"Nothing was stored.\n{error}") from error
        for file, reason in report.refused:
            self.stderr.write(f"not used: {file}: {reason}")
        for one in report.relit:
            self.stderr.write(
                f"warning: {one.file}: its lightness is another by {one.change:.1f} L* (over {CHANGED:g})"
            )
        for name in report.missing:
            self.stderr.write(f"missing: {name}")
        done = "can be stored" if options["check"] else "stored"
        self.stdout.write(
            f"{len(report.matched)} {done}, {len(report.refused)} not used, {len(report.missing)} photos without one."
        )

    def _import(self, options: dict[str, Any]) -> services.Report:
        algorithm, test_set = self._algorithm(options), TestSet.objects.ready().filter(slug=options["test_set"]).first()
        if test_set is None:
            raise CommandError(f"There is no test set “{options['test_set']}” that was accepted.")
        report = services.check_fakes(algorithm=algorithm, test_set=test_set, source=options["path"])
        if not options["check"]:
            services.store_fakes(algorithm=algorithm, matched=report.matched, source=options["path"])
        return report

    def _algorithm(self, options: dict[str, Any]) -> Algorithm:
        found = Algorithm.objects.filter(slug=options["algorithm"]).first()
        if found is None and options["register"]:
            return services.register_external(name=options["register"], slug=options["algorithm"])
        if found is None:
            raise CommandError(f"There is no algorithm “{options['algorithm']}”: --register NAME makes one.")
        return found
