"""Reads and writes of fakes that others made: files of a folder or zip become colorizations of a test set."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import islice
from math import inf
from os import sched_getaffinity
from typing import Any, TypeVar

from django.db import transaction

from colortest.refusal import Refused
from colortest.stimuli import archive, made_elsewhere, rendering
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet, read_stimulus
from colortest.stimuli.services.making import (
    Failed,
    Finished,
    delete_files,
    finish_colorization,
    store_colorizations,
    write_colorization,
)

BATCH = 64
THREADS = 4  # at most: each may hold a picture of 50 megapixels
NONE_MADE = "It is none that is made elsewhere: register one for these."
THERE = "There is a colorization of this photo already, which studies may have shown: it stays."
TOO_LONG = "It took too long to check: send fewer files at once. What is missing may come in another zip."

Got = TypeVar("Got")


@dataclass(frozen=True)
class Matched:
    """A file that can be stored: its photo, and by how much its lightness is another, mean of |ΔL*|."""

    file: str
    photo_id: int
    change: float


@dataclass
class Report:
    """matched; refused: file and sentence; missing: names of the photos for which there is no file."""

    matched: list[Matched] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Report":
        matched = [Matched(**one) for one in told.get("matched", [])]
        return cls(matched, [tuple(one) for one in told.get("refused", [])], told.get("missing", []))

    @property
    def relit(self) -> list[Matched]:
        """Those whose lightness visibly is another, the worst first."""
        changed = [one for one in self.matched if one.change > made_elsewhere.CHANGED]
        return sorted(changed, key=lambda one: -one.change)


def check_fakes(*, algorithm: Algorithm, test_set: TestSet, source: archive.Source, seconds: float = inf) -> Report:
    """What would become of each file; nothing is written.

    Raises:
        Refused: it cannot be read, takes longer than this, or the algorithm is none that is made elsewhere.
    """
    until = time.monotonic() + seconds
    if algorithm.kind != Algorithm.Kind.EXTERNAL:
        raise Refused(f"“{algorithm}” makes its colorizations here. {NONE_MADE}")
    entries, problems = _entries(source)
    matches = made_elsewhere.match(entries, test_set.photos.values_list("pk", "name"))
    report = Report(refused=[*problems, *matches.refused.items()])
    there = set(algorithm.colorizations.ready().filter(photo__test_set=test_set).values_list("photo_id", flat=True))
    new = {name: pk for name, pk in matches.photo_of.items() if pk not in there}
    report.refused += [(name, THERE) for name in matches.photo_of if name not in new]
    for name, pk, found in _with_photos(new, lambda name, photo: _look(entries[name], photo)):
        if time.monotonic() > until:
            raise Refused(TOO_LONG)
        if isinstance(found, str):
            report.refused.append((name, found))
        else:
            report.matched.append(Matched(name, pk, round(found, 3)))
    matched = {one.photo_id for one in report.matched} | there
    report.missing = [name for pk, name in test_set.photos.values_list("pk", "name") if pk not in matched]
    report.refused.sort()
    return report


def store_fakes(
    *, algorithm: Algorithm, matched: Sequence[Matched], source: archive.Source, seconds: float = inf
) -> bool:
    """READY colorizations of what was matched, a batch a transaction; what is READY stays. False: the time was up."""
    until = time.monotonic() + seconds
    entries, _ = _entries(source)
    there = set(algorithm.colorizations.ready().values_list("photo_id", flat=True))
    left = iter([one for one in matched if one.photo_id not in there])
    while batch := list(islice(left, BATCH)):
        if time.monotonic() > until:
            return False
        _store(algorithm, batch, entries)
    return True


def _entries(source: archive.Source) -> tuple[dict[str, archive.Entry], list[tuple[str, str]]]:
    try:
        found = list(archive.walk(source, split="fakes"))
    except archive.BadArchive as error:
        raise Refused(str(error)) from error
    problems = [(one.name, one.reason) for one in found if isinstance(one, archive.Problem)]
    return {one.name: one for one in found if isinstance(one, archive.Entry)}, problems


def _with_photos(photo_of: dict[str, int], work: Callable[[str, Photo], Got]) -> Iterator[tuple[str, int, Got]]:
    """What `work` gives for each file and its photo, done by threads, with so many photos in memory as a batch has."""
    files = iter(photo_of.items())
    with ThreadPoolExecutor(min(THREADS, len(sched_getaffinity(0))), "fakes") as pool:
        while batch := list(islice(files, BATCH)):
            photos = Photo.objects.in_bulk([pk for _, pk in batch])
            known = [(name, photos[pk]) for name, pk in batch if pk in photos]
            for (name, photo), got in zip(known, pool.map(lambda one: work(*one), known), strict=True):
                yield name, photo.pk, got


def _look(entry: archive.Entry, photo: Photo) -> float | str:
    """By how much it changed the lightness, or why it cannot be used."""
    try:
        fake = rendering.decode(entry.read())
    except (rendering.Unreadable, archive.BadEntry) as error:
        return str(error)
    wrong = made_elsewhere.wrong_size(fake, (photo.width, photo.height))
    return wrong or made_elsewhere.lightness_change(fake, rendering.stored(read_stimulus(photo.file)))


@transaction.atomic
def _store(algorithm: Algorithm, batch: Sequence[Matched], entries: dict[str, archive.Entry]) -> None:
    # One at a time for an algorithm, so that of two uploads of one photo's fake the first one stays.
    Algorithm.objects.select_for_update(no_key=True).get(pk=algorithm.pk)
    by_photo = {one.photo_id: one for one in batch}
    rows = _rows(algorithm, list(by_photo))
    photo_of = {by_photo[row.photo_id].file: row.photo_id for row in rows}
    names: list[str] = []
    outcomes: list[tuple[Finished, str] | Failed] = []
    try:
        for _, _, finished in _with_photos(photo_of, lambda name, photo: _finish(entries[name], photo)):
            names.append(write_colorization(finished))
            outcomes.append((finished, names[-1]))
        store_colorizations(rows=rows, outcomes=outcomes, milliseconds=0)
        for row in rows:
            row.milliseconds, row.lightness_change = None, by_photo[row.photo_id].change
        Colorization.objects.bulk_update(rows, ["milliseconds", "lightness_change"])
    except BaseException:
        delete_files(names)
        raise


def _rows(algorithm: Algorithm, photo_ids: Sequence[int]) -> list[Colorization]:
    """A row for each photo that has no READY one, locked; what was asked of it in vain is forgotten."""
    new = [Colorization(photo_id=pk, algorithm=algorithm) for pk in photo_ids]
    Colorization.objects.bulk_create(new, ignore_conflicts=True)
    rows = algorithm.colorizations.filter(photo__in=photo_ids).exclude(status=Colorization.Status.READY)
    locked = list(rows.select_for_update(of=("self",)).order_by("id"))
    for row in locked:
        row.error = ""
    return locked


def _finish(entry: archive.Entry, photo: Photo) -> Finished:
    fake = rendering.decode(entry.read())
    return finish_colorization(fake=fake, photo=rendering.stored(read_stimulus(photo.file)), sha256=photo.sha256)
