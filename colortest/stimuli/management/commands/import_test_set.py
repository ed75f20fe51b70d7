"""manage.py import_test_set: a test set from a folder, a zip, or a torchvision dataset."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.datasets import dataset_folder
from colortest.stimuli.models import ImportedFile, TestSet


def parse_split(text: str) -> tuple[str, str]:
    """“test=photos/new” → split and the folder inside the test set that holds its photos."""
    split, _, folder = text.partition("=")
    if not split or not folder:
        raise CommandError(f"--split takes NAME=FOLDER, such as test=photos/new, not “{text}”.")
    return split, folder


class Command(BaseCommand):
    help = (
        "Import a test set from a folder or zip, or from a torchvision dataset by its name. Bad files are named with "
        "their reasons; nothing else is lost. Interrupted, the same command goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", help="a folder, a zip, or a dataset such as STL10")
        parser.add_argument("--name", help="of the test set (default: that of the folder, zip or dataset)")
        parser.add_argument(
            "--split",
            action="append",
            default=[],
            metavar="NAME=FOLDER",
            help="a split and its folder inside PATH, “.” for all of it; may be repeated (default: folders are splits)",
        )
        parser.add_argument("--manifest", type=Path, help="a CSV with the columns file and split, instead of folders")
        parser.add_argument("--limit", type=int, default=1000, help="photos to take from a dataset (default: 1000)")
        parser.add_argument("--review", action="store_true", help="leave it to be accepted on its page")
        parser.add_argument("--licence", default="")
        parser.add_argument("--source", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["path"])
        options["splits"] = dict(parse_split(text) for text in options["split"]) or None
        try:
            if path.exists() or len(path.parts) > 1 or path.suffix:
                self._import(path, options)
            else:
                with dataset_folder(options["path"], limit=options["limit"]) as folder:
                    self._import(folder, options)
        except Refused as error:
            raise CommandError(f"Nothing was imported.\n{error}") from error

    def _import(self, path: Path, options: dict[str, Any]) -> None:
        manifest = _manifest(options["manifest"]) if options["manifest"] else b""
        test_set = _begun(options["name"] or Path(options["path"]).stem, options)
        services.import_photos(test_set=test_set, path=path, splits=options["splits"], manifest=manifest)
        if not test_set.photos.exists():
            reasons = "\n".join(f"{file}: {file.told}" for file in test_set.imported_files.left_out())
            services.delete_test_set(test_set=test_set)
            raise Refused(reasons or "There is no photo in it.")
        if not options["review"]:
            services.accept_test_set(test_set=test_set)
        self._report(test_set)

    def _report(self, test_set: TestSet) -> None:
        for file in test_set.imported_files.left_out().for_report():
            self.stderr.write(f"not kept: {file}: {file.told}")
        splits = ", ".join(f"{split}: {count}" for split, count in test_set.photos.split_counts().items())
        counts = test_set.imported_files.counts()
        left_out = counts[ImportedFile.Outcome.DUPLICATE] + counts[ImportedFile.Outcome.REJECTED]
        self.stdout.write(f"{test_set}: {splits}; {left_out} not kept.")


def _manifest(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"Nothing was imported.\nThe manifest {path} cannot be read: {error.strerror}.") from error


def _begun(name: str, options: dict[str, Any]) -> TestSet:
    """One that this command began and did not finish, or a new one."""
    unfinished = TestSet.objects.filter(name=name, status=TestSet.Status.UPLOADED, upload=None)
    return unfinished.first() or services.create_test_set(
        name=name, licence=options["licence"], source=options["source"]
    )
