"""Stored files compared with their rows: hashes noted, and what is gone or damaged remade or asked for again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import transaction

from colortest import jobs
from colortest.stimuli.models import Algorithm, Chunk, Colorization, FakesUpload, Photo, TestSet, Upload
from colortest.stimuli.services.forgetting import forget_files
from colortest.stimuli.stored_files import Seen, State, look, look_at

Tell = Callable[[str], None]
PROGRESS = 10_000  # files
Hashed = TypeVar("Hashed", Photo, Colorization)
Kept = TypeVar("Kept", Photo, Colorization, Chunk)
UNMADE = {"file": "", "file_sha256": "", "byte_count": 0, "milliseconds": None, "psnr": None, "colourfulness": None}
UNTRIED = {"tries": 0, "tried": None, "asked": None}
ELSEWHERE = "it was made elsewhere: upload it again"
LOST = "Its file was {0}: upload it again."


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
    """Read the file of every colorization; where that is possible, those missing or damaged are asked for once more.

    Those that were made elsewhere fail with the reason: the next upload of them is taken then.
    """
    tally = Tally()
    for seen in look_at(Colorization.objects.ready().select_related("photo__test_set", "algorithm")):
        for one in _count(Colorization, seen, tally, tell):
            row = cast(Colorization, one.row)
            obstacle = _obstacle(row)
            again = repair and not obstacle and remake_colorization(row=row)
            tally.asked_again += again
            if repair and obstacle == ELSEWHERE:
                lose_colorization(row=row, reason=LOST.format(one.state.value))
            what = "asked for once more" if again else obstacle or "--repair has it made again"
            tell(f"Colorization {row.pk}, {row.algorithm} on {_name(row.photo)}: {one.state.value}; {what}.")
    return tally


def check_chunks(*, repair: bool, tell: Tell) -> Tally:
    """Read every part of an upload that is not used up; whoever sent one that is missing or damaged is asked for it."""
    tally = Tally()
    for seen in look_at(Chunk.objects.select_related("upload")):
        for one in _count(Chunk, seen, tally, tell):
            chunk = cast(Chunk, one.row)
            lone = one.state == State.MISSING and not _has_others(chunk)
            if repair and not lone:
                ask_for_chunk(chunk=chunk)
                tally.asked_again += 1
            again = "its page asks for it again" if repair else "--repair has its page ask for it again"
            what = "so is every other: is their folder mounted? Else throw the upload away" if lone else again
            tell(f"Part {chunk.position + 1} of the upload {chunk.upload}: {one.state.value}; {what}.")
    return tally


@transaction.atomic
def ask_for_chunk(*, chunk: Chunk) -> None:
    """The chunk goes, and what it is of is UPLOADING again: choosing the same file sends what is missing."""
    upload = Upload.objects.select_for_update().get(pk=chunk.upload_id)
    forget_files([str(chunk.file.name)])
    upload.chunks.filter(pk=chunk.pk).delete()
    back = {"tries": 0, "trouble": ""}
    TestSet.objects.filter(upload=upload).update(status=TestSet.Status.UPLOADING, **back)
    FakesUpload.objects.filter(upload=upload).update(status=FakesUpload.Status.UPLOADING, **back)


@transaction.atomic
def remake_colorization(*, row: Colorization) -> bool:
    """READY → PENDING where the row has this file still, and ring; what is left of the file goes."""
    if not _unmake(row, status=Colorization.Status.PENDING):
        return False
    jobs.colorize()
    return True


@transaction.atomic
def lose_colorization(*, row: Colorization, reason: str) -> bool:
    """READY → FAILED where the row has this file still: an upload may bring it again. What is left of the file goes."""
    return _unmake(row, status=Colorization.Status.FAILED, error=reason, lightness_change=None)


@transaction.atomic
def note_hashes(*, model: type[Hashed], seen: Iterable[Seen]) -> int:
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
        tally.noted += note_hashes(model=cast(Any, model), seen=unknown)
    bad = [one for one in seen if one.is_bad]
    files = dict(model._default_manager.filter(pk__in=[one.row.pk for one in bad]).values_list("pk", "file"))
    bad = [one for one in bad if files.get(one.row.pk) == one.row.file.name]
    tally.bad += len(bad)
    return bad


def _unmake(row: Colorization, **changed: Any) -> bool:
    name = str(row.file.name)
    unchanged = Colorization.objects.ready().filter(pk=row.pk, file=name)
    if not unchanged.update(**UNMADE, **UNTRIED, **changed):
        return False
    forget_files([name])
    return True


def _has_others(chunk: Chunk) -> bool:
    """Whether another part of its upload lies where it should."""
    others = chunk.upload.chunks.exclude(pk=chunk.pk)
    return any(one.file.storage.exists(str(one.file.name)) for one in others.iterator())


def _obstacle(row: Colorization) -> str:
    """Why it cannot be made again; empty where it can."""
    if look(row.photo).is_bad:
        return "its photo cannot be read either"
    return ELSEWHERE if row.algorithm.kind == Algorithm.Kind.EXTERNAL else ""


def _name(photo: Photo) -> str:
    return f"{photo.name} of “{photo.test_set}”"
