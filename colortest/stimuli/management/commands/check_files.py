"""manage.py check_files: whether every stored file is what its row says."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colortest.stimuli.services import check_chunks, check_colorizations, check_photos, sweep_folder
from colortest.stimuli.services.orphans import FOLDERS


class Command(BaseCommand):
    help = "Read every stored file and compare it with its row. Ends with 1 when something is wrong and stays so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="make missing and damaged colorizations again, ask for parts of uploads again",
        )
        parser.add_argument("--orphans", action="store_true", help="delete files that no row names for a day instead")

    def handle(self, *args: Any, repair: bool, orphans: bool, **options: Any) -> None:
        try:
            if orphans:
                self._sweep()
            else:
                self._check(repair)
        except OSError as error:
            raise CommandError(f"The storage does not answer: {error}") from error

    def _sweep(self) -> None:
        swept = sum(sweep_folder(folder=folder) for folder in FOLDERS)
        self.stdout.write(f"Deleted {swept:,} files that no row names.")

    def _check(self, repair: bool) -> None:
        photos = check_photos(tell=self.stdout.write)
        self.stdout.write(f"{photos.files:,} photos read. Now their colorizations …")
        fakes = check_colorizations(repair=repair, tell=self.stdout.write)
        chunks = check_chunks(repair=repair, tell=self.stdout.write)
        left = photos.bad + fakes.bad + chunks.bad - fakes.asked_again - chunks.asked_again
        self.stdout.write(
            f"{photos.files:,} photos, {fakes.files:,} colorizations and {chunks.files:,} parts of uploads read, "
            f"{photos.noted + fakes.noted:,} hashes noted, {photos.bad + fakes.bad + chunks.bad:,} files missing or "
            f"damaged; {fakes.asked_again:,} are made again."
        )
        if left:
            raise SystemExit(1)
