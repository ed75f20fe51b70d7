"""manage.py import_responses: a closed study from responses that were given elsewhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.access import teams
from colortest.analysis.imports.files import AMT, TIDY, read_file
from colortest.analysis.imports.reading import Content, Unusable
from colortest.analysis.services.imports import BadLines, import_responses
from colortest.experiment.presets import PRESETS
from colortest.refusal import Refused
from colortest.stimuli.models import TestSet

USUAL = {TIDY: "thesis-2020", AMT: "amt-code"}  # presets
TOLD = 50  # bad lines


class Command(BaseCommand):
    help = "Make a closed study of responses in a tidy export or in the wide table of AMT_Real_vs_Fake: all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=USUAL, required=True)
        parser.add_argument("--title", required=True, help="of the new study")
        parser.add_argument("--test-set", required=True, metavar="SLUG", help="that holds its photos")
        parser.add_argument("--preset", choices=PRESETS, help="for what the file does not say of the protocol")
        parser.add_argument("--practice", type=int, default=10, help="amt: trials that come first and never count (10)")
        parser.add_argument(
            "--algorithm",
            action="append",
            default=[],
            metavar="NAME=SLUG",
            help="what the file calls NAME is the algorithm SLUG here; may be repeated (default: the same name)",
        )
        parser.add_argument("--team", help="whose the study is (default: the common one)")

    def handle(self, *args: Any, **options: Any) -> None:
        content = _read(options["file"], options["format"], options["practice"])
        test_set = _found(TestSet.objects.ready().filter(slug=options["test_set"]), "test set", options["test_set"])
        team = _found(teams().filter(name=options["team"]), "team", options["team"]) if options["team"] else None
        try:
            study = import_responses(
                content=content,
                title=options["title"],
                test_set=test_set,
                preset=options["preset"] or USUAL[options["format"]],
                names=dict(_pair(text) for text in options["algorithm"]),
                team=team,
            )
        except BadLines as error:
            for problem in error.problems[:TOLD]:
                self.stderr.write(str(problem))
            more = len(error.problems) - TOLD
            raise CommandError(f"{error}{f' {more:,} more are not listed.' if more > 0 else ''}") from error
        except Refused as error:
            raise CommandError(str(error)) from error
        left_out = f"; {content.left_out:,} of test runs left out" if content.left_out else ""
        people = study.participants.count()
        self.stdout.write(f"{len(content.rows):,} responses of {people:,} participants{left_out}.")
        for rate in study.fool_rates.for_page().filter(countable__gt=0):
            self.stdout.write(f"{rate.algorithm}, {rate.split}: {rate.rate_percent} [{rate.interval_percent}]")
        self.stdout.write(f"{study.get_absolute_url()}results/")


def _read(file: Path, form: str, practice: int) -> Content:
    try:
        with file.open("rb") as opened:
            return read_file(opened, form, practice=practice)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except Unusable as error:
        raise CommandError(f"Nothing was imported. {error}") from error


def _found(rows: Any, what: str, name: str) -> Any:
    found = rows.first()
    if found is None:
        raise CommandError(f"There is no {what} “{name}” here.")
    return found


def _pair(text: str) -> tuple[str, str]:
    name, _, slug = text.partition("=")
    if not name or not slug:
        raise CommandError(f"--algorithm takes NAME=SLUG, such as my_alg=colortest-best, not “{text}”.")
    return name, slug
