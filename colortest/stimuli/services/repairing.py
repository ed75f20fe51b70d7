"""Stored files compared with their rows: hashes noted, and colorizations whose files are gone or damaged remade."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from django.db import transaction

from colortest import jobs
from colortest.stimuli.models import Algorithm, Colorization, Photo
from colortest.stimuli.services.forgetting import forget_files
from colortest.stimuli.stored_files import Seen, State, look, look_at

Tell = Callable[[str], None]
PROGRESS = 10_000  # files
Kept = TypeVar("Kept", Photo, Colorization)
UNMADE = {"file": "", "file_sha256": "", "byte_count": 0, "milliseconds": None, "psnr": None, "colourfulness": None}
UNTRIED = {"tries": 0, "tried": None, "asked": None}


@dataclass
class Tally:
    """How many files were read, how many hashes noted, and what was wrong."""

    files: int = 0
    noted: int = 0
    bad: int = 0
    asked_again: int = 0


def check_photos(*, tell: Tell) -> Tally:
    """Read the file of every photo; those that are missing or damaged are told, for nothing can remake them."""
    tally = Tally()
    for seen in look_at(Photo.objects.select_related("test_set")):
        for one in _count(Photo, seen, tally, tell):
            photo = cast(Photo, one.row)
            tell(f"Photo {photo.pk}, {_name(photo)}: {one.state.value}. Bring {photo.file.name} from a backup.")
    return tally


def check_colorizations(*, repair: bool, tell: Tell) -> Tally:
    """Read the file of every colorization; where that is possible, those missing or damaged are asked for once more."""
    tally = Tally()
    for seen in look_at(Colorization.objects.ready().select_related("photo__test_set", "algorithm")):
        for one in _count(Colorization, seen, tally, tell):
            row = cast(Colorization, one.row)
            obstacle = _obstacle(row)
            again = repair and not obstacle and remake_colorization(row=row)
            tally.asked_again += again
            what = "asked for once more" if again else obstacle or "--repair has it made again"
            tell(f"Colorization {row.pk}, {row.algorithm} on {_name(row.photo)}: {one.state.value}; {what}.")
    return tally


@transaction.atomic
def remake_colorization(*, row: Colorization) -> bool:
    """READY → PENDING where the row has this file still, and ring; what is left of the file goes."""
    name = str(row.file.name)
    unchanged = Colorization.objects.ready().filter(pk=row.pk, file=name)
    if not unchanged.update(status=Colorization.Status.PENDING, **UNMADE, **UNTRIED):
        return False
    forget_files([name])
    jobs.colorize()
    return True


@transaction.atomic
def note_hashes(*, model: type[Kept], seen: Iterable[Seen]) -> int:
    """The hashes of files whose rows have none, as first seen; rows that changed meanwhile stay. Returns how many."""
    found = {one.row.pk: one for one in seen}
    rows = model._default_manager.select_for_update(of=("self",)).filter(pk__in=found, file_sha256="")
    same = [row for row in rows if row.file == found[row.pk].row.file]
    for row in same:
        row.file_sha256 = found[row.pk].sha256
    return model._default_manager.bulk_update(same, ["file_sha256"])


def _count(model: type[Kept], seen: Sequence[Seen], tally: Tally, tell: Tell) -> list[Seen]:
    """Those that cannot be shown, without rows that went or got another file while they were read."""
    tally.files += len(seen)
    if tally.files % PROGRESS < len(seen):
        tell(f"{tally.files:,} {model._meta.verbose_name_plural} read …")
    unknown = [one for one in seen if one.state == State.UNKNOWN]
    if unknown:
        tally.noted += note_hashes(model=model, seen=unknown)
    bad = [one for one in seen if one.is_bad]
    files = dict(model._default_manager.filter(pk__in=[one.row.pk for one in bad]).values_list("pk", "file"))
    bad = [one for one in bad if files.get(one.row.pk) == one.row.file.name]
    tally.bad += len(bad)
    return bad


def _obstacle(row: Colorization) -> str:
    """Why it cannot be made again; empty where it can."""
    if row.algorithm.kind == Algorithm.Kind.EXTERNAL:
        return "it was made elsewhere: upload it again"
    return "its photo cannot be read either" if look(row.photo).is_bad else ""


def _name(photo: Photo) -> str:
    return f"{photo.name} of “{photo.test_set}”"
