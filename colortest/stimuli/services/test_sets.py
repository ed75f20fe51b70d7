"""Writes of test sets: uploads, and what an import keeps of them."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import slugify

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli import archive, lightness, rendering
from colortest.stimuli.models import Photo, TestSet
from colortest.stimuli.services.colorizations import colorize_with_all


@transaction.atomic
def upload_test_set(*, name: str, upload: "UploadedFile[bytes]", licence: str = "", source: str = "") -> TestSet:
    """Keep an uploaded zip and ring for its import."""
    test_set = create_test_set(name=name, licence=licence, source=source)
    test_set.upload.save("upload.zip", upload)
    jobs.import_test_set(test_set.pk)
    return test_set


def create_test_set(*, name: str, licence: str = "", source: str = "") -> TestSet:
    """An empty test set under a slug of its own.

    Raises:
        Refused: the name leaves no slug, or another test set has it.
    """
    slug = slugify(name)[:50]
    if not slug:
        raise Refused(f"A test set needs a name with letters or digits, not “{name}”.")
    test_set, made = TestSet.objects.get_or_create(
        slug=slug, defaults={"name": name, "licence": licence, "source": source}
    )
    if not made:
        raise Refused(f"There is already a test set “{test_set.name}”: choose another name.")
    return test_set


def import_uploaded(*, test_set_id: int) -> TestSet:
    """UPLOADED → READY, or REJECTED when nothing in the upload can be used. Does nothing in any other state."""
    with transaction.atomic():
        waiting = TestSet.objects.waiting().select_for_update(skip_locked=True)
        test_set = waiting.filter(pk=test_set_id).exclude(upload="").first()
        if test_set is None:
            return TestSet.objects.get(pk=test_set_id)
        import_photos(test_set=test_set, path=Path(test_set.upload.path))
        finish_upload(test_set=test_set)
        colorize_with_all(test_set=test_set)
    return test_set


def finish_upload(*, test_set: TestSet) -> None:
    """Forget the uploaded archive; its file goes once that is committed, so that no crash leaves a row without it."""
    storage, name = test_set.upload.storage, str(test_set.upload.name)
    test_set.upload = ""
    test_set.save(update_fields=["upload"])
    transaction.on_commit(partial(storage.delete, name))


@transaction.atomic
def reject_upload(*, test_set_id: int, reason: str) -> None:
    """UPLOADED → REJECTED, with the reason."""
    test_set = TestSet.objects.waiting().filter(pk=test_set_id).first()
    if test_set:
        test_set.status, test_set.problems = TestSet.Status.REJECTED, [("the upload", reason)]
        test_set.save(update_fields=["status", "problems"])
        finish_upload(test_set=test_set)


@transaction.atomic
def import_photos(*, test_set: TestSet, path: Path, splits: Mapping[str, str] | None = None) -> TestSet:
    """Render and store every usable photo of a folder or zip; name what was not kept, and why.

    Args:
        splits: split name → folder inside `path`; by default the folders of the upload are the splits.
    """
    problems: list[tuple[str, str]] = []
    try:
        for entry in archive.walk(path, splits=splits):
            problem = _keep(test_set, entry) if isinstance(entry, archive.Entry) else entry
            if problem:
                problems.append((problem.name, problem.reason))
    except archive.BadArchive as error:
        problems.append((path.name if not test_set.upload else "the upload", str(error)))
    except BaseException:
        _delete_files(test_set)  # the rows will be rolled back, and nobody would know of the files
        raise
    kept = test_set.photos.exists()
    test_set.status = TestSet.Status.READY if kept else TestSet.Status.REJECTED
    test_set.problems = problems
    test_set.save(update_fields=["status", "problems"])
    return test_set


def _delete_files(test_set: TestSet) -> None:
    for photo in test_set.photos.all():
        photo.file.storage.delete(str(photo.file.name))


def _keep(test_set: TestSet, entry: archive.Entry) -> archive.Problem | None:
    """Store one photo, or say why not."""
    try:
        image = rendering.decode(entry.read())
        rendered = rendering.render(image)
    except (rendering.Unreadable, archive.BadEntry) as error:
        return archive.Problem(entry.name, str(error))
    digest = rendering.pixel_hash(rendered)
    twin = Photo.objects.filter(test_set=test_set, sha256=digest).first()
    if twin:
        return archive.Problem(entry.name, f"the same picture as {twin.name}")
    # The hash is of the photo as it came: who has nothing but the stimuli cannot know the levels that follow from it.
    data = rendering.encode(lightness.level(rendered, digest))
    Photo.objects.create(
        test_set=test_set,
        split=entry.split,
        name=entry.name,
        sha256=digest,
        width=image.width,
        height=image.height,
        file=ContentFile(data, "photo.webp"),
        byte_count=len(data),
    )
    return None
