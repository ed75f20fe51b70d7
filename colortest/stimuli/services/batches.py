"""A batch of an import: rendered in threads, stored, and written with its report in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from colortest.stimuli import archive, lightness, rendering
from colortest.stimuli.models import ImportedFile, Photo, TestSet, sha256_of
from colortest.stimuli.remarks import remarks
from colortest.stimuli.services.forgetting import forget_files
from colortest.stimuli.services.importing import Found, Work
from colortest.stimuli.services.uploads import discard_upload

Outcome = ImportedFile.Outcome


@dataclass(frozen=True)
class Rendered:
    """A photo as it will be stored."""

    name: str
    split: str
    sha256: str
    data: bytes
    file_sha256: str
    width: int
    height: int
    remarks: str


class PhotoWork(Work[TestSet]):
    """Files of an upload that become photos or problems."""

    def __init__(
        self,
        test_set: TestSet,
        source: archive.Source,
        *,
        splits: Mapping[str, str] | None = None,
        manifest: bytes = b"",
    ) -> None:
        super().__init__(test_set)
        self._source, self._splits, self._manifest = source, splits, manifest

    def look(self) -> Sequence[Found]:
        if self.row.manifest:
            with self.row.manifest.open("rb") as file:
                self._manifest = file.read()
        split, splits = self.row.split, self._splits
        return list(archive.walk(self._source, split=split, splits=splits, manifest=self._manifest))

    def position(self) -> int | None:
        done = self.row.imported_files.dealt_with()
        return done if done < len(self.found) else None

    def following(self, position: int, most: int) -> Sequence[Found]:
        return self.found[position : position + most]

    def keep(self, position: int, files: Sequence[Found], pool: Executor) -> bool:
        rendered = list(pool.map(_render, files))
        photos = self._photos(rendered)
        new = [photo for photo in photos.values() if photo.pk is None]
        contents = {one.sha256: one.data for one in reversed(rendered) if isinstance(one, Rendered)}
        try:
            for _ in pool.map(lambda photo: _store(photo, contents[photo.sha256]), new):
                pass
        except BaseException:
            _discard(new)
            raise
        # Where this fails nobody knows whether it was committed: files that no row names are swept a day later.
        wanted = self._write(position, rendered, photos, new)
        if not wanted:
            _discard(new)
        return wanted

    @transaction.atomic
    def finish(self) -> None:
        """UPLOADED → CHECKED; the upload has served its purpose."""
        row = TestSet.objects.select_for_update().filter(pk=self.row.pk, status=TestSet.Status.UPLOADED).first()
        if row is None:
            return
        upload, manifest = row.upload, str(row.manifest.name or "")
        row.status, row.upload, row.manifest, row.tries, row.trouble = TestSet.Status.CHECKED, None, "", 0, ""
        row.save(update_fields=["status", "upload", "manifest", "tries", "trouble"])
        forget_files([manifest])
        if upload:
            discard_upload(upload=upload)

    def _photos(self, rendered: Iterable[Rendered | archive.Problem]) -> dict[str, Photo]:
        """By hash: those that the test set has already, and new ones for the first file of each other hash."""
        ours = [one for one in rendered if isinstance(one, Rendered)]
        known = Photo.objects.filter(test_set=self.row, sha256__in=[one.sha256 for one in ours])
        photos = {photo.sha256: photo for photo in known}
        for one in ours:
            photos.setdefault(one.sha256, _photo(self.row, one))
        return photos

    @transaction.atomic
    def _write(
        self,
        first: int,
        rendered: Iterable[Rendered | archive.Problem],
        photos: dict[str, Photo],
        new: list[Photo],
    ) -> bool:
        row = TestSet.objects.select_for_update().filter(pk=self.row.pk, status=TestSet.Status.UPLOADED)
        if not row:
            return False
        Photo.objects.bulk_create(new)
        kept = {photo.sha256 for photo in new}
        files = []
        for position, one in enumerate(rendered, start=first):
            file = ImportedFile(test_set=self.row, position=position, name=one.name)
            if isinstance(one, archive.Problem):
                file.outcome, file.reason = Outcome.REJECTED, one.reason
            else:
                file.outcome = Outcome.KEPT if one.sha256 in kept else Outcome.DUPLICATE
                file.photo = photos[one.sha256]
                file.reason = one.remarks if one.sha256 in kept else ""
                kept.discard(one.sha256)
            files.append(file)
        ImportedFile.objects.bulk_create(files)
        row.update(tries=0, trouble="")
        return True


def _render(found: archive.Entry | archive.Problem) -> Rendered | archive.Problem:
    """In a thread: reads, decodes and encodes one file; no database."""
    if isinstance(found, archive.Problem):
        return found
    try:
        content = found.read()
        image = rendering.decode(content)
        rendered = rendering.render(image)
    except (rendering.Unreadable, archive.BadEntry) as error:
        return archive.Problem(found.name, str(error))
    # The hash is of the photo as it came: who has nothing but the stimuli cannot know the levels that follow from it.
    digest = rendering.pixel_hash(rendered)
    data = rendering.encode(lightness.level(rendered, digest))
    told = remarks(content)
    return Rendered(found.name, found.split, digest, data, sha256_of(data), image.width, image.height, told)


def _photo(test_set: TestSet, one: Rendered) -> Photo:
    return Photo(
        test_set=test_set,
        split=one.split,
        name=one.name,
        sha256=one.sha256,
        width=one.width,
        height=one.height,
        byte_count=len(one.data),
        file_sha256=one.file_sha256,
    )


def _store(photo: Photo, data: bytes) -> None:
    """In a thread: the file is there before its row is."""
    photo.file.save("photo.webp", ContentFile(data), save=False)


def _discard(photos: Iterable[Photo]) -> None:
    """Files of rows that were never written."""
    for photo in photos:
        if photo.file:
            photo.file.storage.delete(str(photo.file.name))
