"""manage.py export: a study as a file, the same bytes as the download on its page."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.analysis.exports.formats import FORMATS
from colortest.experiment.models import Study
from colortest.refusal import Refused


class Command(BaseCommand):
    help = "Write a study as a file: responses, a Psych-DS dataset, or the numbers of its page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="as its address names it, /studies/THIS/")
        parser.add_argument("--format", choices=FORMATS, default="tidy")
        parser.add_argument("-o", "--output", help="the file, “-” for the terminal (default: as the page names it)")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"]).first()
        if study is None:
            raise CommandError(f"There is no study “{options['study']}” here.")
        form = FORMATS[options["format"]]
        try:
            pieces = form.pieces(study)
        except Refused as error:
            raise CommandError(str(error)) from error
        if options["output"] == "-":
            sys.stdout.buffer.writelines(pieces)
            return
        path = Path(options["output"] or form.file_name(study))
        try:
            size = _write(path, pieces)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{path}: {size:,} bytes")


def _write(path: Path, pieces: Iterator[bytes]) -> int:
    """All or nothing: what was there before stays until the new file is whole. Returns its size in bytes."""
    if path.exists() and not path.is_file():  # a device takes the bytes, and is not replaced; a folder refuses them
        with path.open("wb") as device:
            return sum(device.write(piece) for piece in pieces)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.writelines(pieces)
        except BaseException:
            Path(file.name).unlink()
            raise
        size = file.tell()
    Path(file.name).chmod(0o666 & ~_umask())
    Path(file.name).replace(path)
    return size


def _umask() -> int:
    """Of this process, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
