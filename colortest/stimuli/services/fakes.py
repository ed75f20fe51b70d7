"""Fakes that others made, batch by batch: each file compared with its photo, and those accepted made colorizations."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor

from django.db import transaction
from django.db.models.functions import Now

from colortest.stimuli import archive, made_elsewhere, rendering
from colortest.stimuli.models import Algorithm, Colorization, FakeFile, FakesUpload, Photo, read_stimulus
from colortest.stimuli.services.importing import Found, Work
from colortest.stimuli.services.making import (
    Failed,
    Finished,
    delete_files,
    finish_colorization,
    store_colorizations,
    write_colorization,
)
from colortest.stimuli.services.uploads import discard_upload

THERE = "There is a colorization of this photo already, which studies may have shown: it stays."
GONE = "It is not there any more: it was renamed or taken away since it was checked."
Status, Outcome = FakesUpload.Status, FakeFile.Outcome
Made = tuple[Finished, str] | Failed


class Checking(Work[FakesUpload]):
    """What would become of each file; no colorization is written."""

    def __init__(self, fakes: FakesUpload, source: archive.Source) -> None:
        super().__init__(fakes)
        self._source = source
        self._matches = made_elsewhere.Matches()

    def look(self) -> Sequence[Found]:
        found = list(archive.walk(self._source, split="fakes"))
        names = [one.name for one in found if isinstance(one, archive.Entry)]
        self._matches = made_elsewhere.match(names, self.row.test_set.photos.values_list("pk", "name"))
        return found

    def position(self) -> int | None:
        done = self.row.files.dealt_with()
        return done if done < len(self.found) else None

    def following(self, position: int, most: int) -> Sequence[Found]:
        return self.found[position : position + most]

    def keep(self, position: int, files: Sequence[Found], pool: Executor) -> bool:
        ids = [pk for one in files if (pk := self._matches.photo_of.get(one.name))]
        photos = Photo.objects.in_bulk(ids)
        made = self.row.algorithm.colorizations.ready().filter(photo__in=ids)
        there = set(made.values_list("photo_id", flat=True))
        looked = pool.map(lambda file: self._look_at(file, photos, there), files)
        return self._write(FakeFile(fakes=self.row, position=at, **one) for at, one in enumerate(looked, position))

    @transaction.atomic
    def finish(self) -> None:
        """UPLOADED → CHECKED."""
        row = FakesUpload.objects.filter(pk=self.row.pk, status=Status.UPLOADED)
        row.update(status=Status.CHECKED, tries=0, careful_until=0, trouble="")

    def _look_at(self, file: Found, photos: dict[int, Photo], there: set[int]) -> dict[str, object]:
        """Fields of a row. In a thread: no database."""
        photo = photos.get(self._matches.photo_of.get(file.name, 0))
        if isinstance(file, archive.Problem):
            found: float | str = file.reason
        elif photo is None:
            found = self._matches.refused.get(file.name, made_elsewhere.UNKNOWN)
        else:
            found = THERE if photo.pk in there else _compare(file, photo)
        if isinstance(found, str):
            return {"name": file.name, "outcome": Outcome.REFUSED, "reason": found}
        return {"name": file.name, "outcome": Outcome.MATCHED, "photo": photo, "lightness_change": round(found, 3)}

    @transaction.atomic
    def _write(self, files: Iterable[FakeFile]) -> bool:
        row = FakesUpload.objects.select_for_update().filter(pk=self.row.pk, status=Status.UPLOADED)
        if not row:
            return False
        FakeFile.objects.bulk_create(files)
        row.update(tries=0, trouble="")
        return True


class Storing(Work[FakesUpload]):
    """Colorizations of those files that were matched."""

    def __init__(self, fakes: FakesUpload, source: archive.Source) -> None:
        super().__init__(fakes)
        self._source = source
        self._entries: dict[str, archive.Entry] = {}

    def look(self) -> Sequence[Found]:
        found = list(archive.walk(self._source, split="fakes"))
        self._entries = {one.name: one for one in found if isinstance(one, archive.Entry)}
        return found

    def position(self) -> int | None:
        first: int | None = self.row.files.matched().values_list("position", flat=True).first()
        return first

    def following(self, position: int, most: int) -> Sequence[FakeFile]:
        return list(self.row.files.matched().select_related("photo")[:most])

    def keep(self, position: int, files: Sequence[FakeFile | archive.Problem], pool: Executor) -> bool:
        batch = list(self.row.files.matched().select_related("photo")[: len(files)])
        futures = [pool.submit(self._make, row, file) for row, file in zip(batch, files, strict=True)]
        errors = [error for future in futures if (error := future.exception())]
        made = [future.result() for future in futures if not future.exception()]
        if errors:
            delete_files(one[1] for one in made if not isinstance(one, Failed))
            raise errors[0]
        # Where this fails nobody knows whether it was committed: files that no row names are swept a day later.
        unused = self._write(batch, made)
        delete_files(unused or [])
        return unused is not None

    @transaction.atomic
    def finish(self) -> None:
        """ACCEPTED: all of it is stored, and the zip has served its purpose."""
        row = FakesUpload.objects.select_for_update().filter(pk=self.row.pk, status=Status.ACCEPTED, stored=None)
        upload = row[0].upload if row else None
        row.update(stored=Now(), upload=None, tries=0, trouble="")
        if upload:
            discard_upload(upload=upload)

    def _make(self, row: FakeFile, file: FakeFile | archive.Problem) -> Made:
        """A file that is written, or why there is none. In a thread: no database."""
        if isinstance(file, archive.Problem):
            return Failed(file.reason)
        assert row.photo is not None  # noqa: S101 - a constraint says so
        if row.name not in self._entries:
            return Failed(GONE)
        try:
            fake = rendering.decode(self._entries[row.name].read())
        except (rendering.Unreadable, archive.BadEntry) as error:
            return Failed(str(error))
        photo = rendering.stored(read_stimulus(row.photo.file))
        finished = finish_colorization(fake=fake, photo=photo, sha256=row.photo.sha256)
        return finished, write_colorization(finished)

    @transaction.atomic
    def _write(self, batch: Sequence[FakeFile], made: Sequence[Made]) -> list[str] | None:
        """The rows of a batch; names of files that no row took, or None where nobody waits for it any more."""
        wanted = FakesUpload.objects.select_for_update().filter(pk=self.row.pk, status=Status.ACCEPTED)
        names = [one[1] for one in made if not isinstance(one, Failed)]
        if not wanted:
            delete_files(names)
            return None
        good = {
            file.photo_id: (file, one)
            for file, one in zip(batch, made, strict=True)
            if file.photo_id and not isinstance(one, Failed)
        }
        rows = _rows(self.row.algorithm, list(good))
        store_colorizations(rows=rows, outcomes=[good[row.photo_id][1] for row in rows], milliseconds=0)
        for row in rows:
            row.milliseconds, row.lightness_change = None, good[row.photo_id][0].lightness_change
        Colorization.objects.bulk_update(rows, ["milliseconds", "lightness_change"])
        _tell(batch, made, {row.photo_id for row in rows})
        wanted.update(tries=0, trouble="")
        taken = {row.file.name for row in rows}
        return [name for name in names if name not in taken]


def _compare(entry: archive.Entry, photo: Photo) -> float | str:
    """By how much it changed the lightness, or why it cannot be used."""
    try:
        fake = rendering.decode(entry.read())
    except (rendering.Unreadable, archive.BadEntry) as error:
        return str(error)
    wrong = made_elsewhere.wrong_size(fake, (photo.width, photo.height))
    return wrong or made_elsewhere.lightness_change(fake, rendering.stored(read_stimulus(photo.file)))


def _rows(algorithm: Algorithm, photo_ids: Sequence[int]) -> list[Colorization]:
    """A row for each photo that has no READY one, locked; what was asked of it in vain is forgotten.

    One at a time for an algorithm, so that of two uploads of one photo's fake the first one stays.
    """
    Algorithm.objects.select_for_update(no_key=True).get(pk=algorithm.pk)
    new = [Colorization(photo_id=pk, algorithm=algorithm) for pk in photo_ids]
    Colorization.objects.bulk_create(new, ignore_conflicts=True)
    rows = algorithm.colorizations.filter(photo__in=photo_ids).exclude(status=Colorization.Status.READY)
    locked = list(rows.select_for_update(of=("self",)).order_by("id"))
    for row in locked:
        row.error = ""
    return locked


def _tell(batch: Sequence[FakeFile], made: Sequence[Made], stored: set[int]) -> None:
    """MATCHED → STORED, or REFUSED with the reason."""
    for file, one in zip(batch, made, strict=True):
        if file.photo_id in stored:
            file.outcome = Outcome.STORED
        else:
            file.outcome, file.photo, file.lightness_change = Outcome.REFUSED, None, None
            file.reason = one.reason if isinstance(one, Failed) else THERE
    FakeFile.objects.bulk_update(batch, ["outcome", "photo", "lightness_change", "reason"])
