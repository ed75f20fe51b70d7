"""Writes of test sets: begun, put into splits, accepted, deleted."""

from collections.abc import Mapping

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.text import slugify

from colortest.refusal import Refused
from colortest.stimuli import archive
from colortest.stimuli.archive.files import printable
from colortest.stimuli.models import Colorization, ImportedFile, MachineFoolRate, Photo, TestSet
from colortest.stimuli.services.colorizations import colorize_with_all
from colortest.stimuli.services.fakes_uploads import discard_fakes
from colortest.stimuli.services.forgetting import forget_files, forget_files_of
from colortest.stimuli.services.uploads import begin_upload, discard_upload, send_whole

LONGEST_SPLIT = 50


def create_test_set(*, name: str, licence: str = "", source: str = "", split: str = "") -> TestSet:
    """An empty test set under a slug of its own.

    Raises:
        Refused: the name leaves no slug, or another test set has it.
    """
    slug = slugify(name)[:50]
    if not slug:
        raise Refused(
            f"A test set needs a name with Latin letters or digits, which its address is made of, not “{name}”."
        )
    test_set, made = TestSet.objects.get_or_create(
        slug=slug, defaults={"name": name, "licence": licence, "source": source, "split": split}
    )
    if not made:
        raise Refused(f"There is already a test set “{test_set.name}”: choose another name.")
    return test_set


@transaction.atomic
def begin_test_set(*, name: str, file_name: str, byte_count: int, manifest: bytes = b"", **facts: str) -> TestSet:
    """UPLOADING: a test set of which nothing has arrived yet.

    Args:
        manifest: a CSV with the columns `file` and `split`, or nothing.
        facts: licence, source and split, as in `create_test_set`.

    Raises:
        Refused: the name is taken, the upload too large, or the manifest no such table.
    """
    test_set = create_test_set(name=name, **facts)
    test_set.upload = begin_upload(file_name=file_name, byte_count=byte_count)
    test_set.status = TestSet.Status.UPLOADING
    if manifest:
        _check_manifest(manifest)
        test_set.manifest.save("manifest.csv", ContentFile(manifest), save=False)
    test_set.save(update_fields=["upload", "status", "manifest"])
    return test_set


def upload_test_set(*, name: str, upload: "UploadedFile[bytes]", manifest: bytes = b"", **facts: str) -> TestSet:
    """A whole zip at once, as a browser without scripts sends it: the same chunks, cut here."""
    test_set = begin_test_set(
        name=name, file_name=upload.name or "upload.zip", byte_count=upload.size or 0, manifest=manifest, **facts
    )
    assert test_set.upload is not None  # noqa: S101 - begun just now
    try:
        send_whole(upload=test_set.upload, file=upload)
    except BaseException:
        delete_test_set(test_set=test_set)
        raise
    return test_set


@transaction.atomic
def rename_splits(*, test_set: TestSet, names: Mapping[str, str]) -> None:
    """Give splits of a test set that is not accepted yet other names, {old: new}; two of one name become one.

    Raises:
        Refused: a name is empty or too long, or the test set is accepted already.
    """
    if TestSet.objects.select_for_update().get(pk=test_set.pk).status != TestSet.Status.CHECKED:
        raise Refused(f"The splits of “{test_set}” stay as they are: it is accepted, or not checked yet.")
    for name in names.values():
        if not name or len(name) > LONGEST_SPLIT or printable(name) != name:
            raise Refused(f"A split needs a name of 1 to {LONGEST_SPLIT} characters, not “{printable(name)}”.")
    cases = [When(split=old, then=Value(new)) for old, new in names.items() if old != new]
    if cases:  # in one statement, so that two may change places
        test_set.photos.filter(split__in=names).update(split=Case(*cases, default="split"))


@transaction.atomic
def accept_test_set(*, test_set: TestSet) -> None:
    """CHECKED → READY: studies may use the photos, and every algorithm is asked to colour them. Twice changes nothing.

    Raises:
        Refused: it is not checked yet, or none of its photos was kept.
    """
    row = TestSet.objects.select_for_update().get(pk=test_set.pk)
    if row.status == TestSet.Status.READY:
        return
    if row.status != TestSet.Status.CHECKED or not row.photos.exists():
        raise Refused(f"“{test_set}” cannot be accepted: it has no photos, or is not checked yet.")
    row.status = test_set.status = TestSet.Status.READY
    row.save(update_fields=["status"])
    colorize_with_all(test_set=row)


@transaction.atomic
def delete_test_set(*, test_set: TestSet) -> None:
    """Gone with its photos, their colorizations and whatever of its upload is there, at once; many files go later.

    Raises:
        Refused: a study uses it.
    """
    row = TestSet.objects.select_for_update().filter(pk=test_set.pk).first()
    if row is None:
        return
    if titles := ", ".join(f"“{study}”" for study in row.studies.all()[:3]):
        raise Refused(f"“{row}” is used by {titles}: a study needs its photos for as long as it is there.")
    fakes = Colorization.objects.filter(photo__test_set=row)
    for files in (fakes, row.photos.all()):
        forget_files_of(files)
    forget_files([str(row.manifest.name or "")])
    # By the database alone: as objects they would all be in memory at once.
    for rows in (fakes, ImportedFile.objects.filter(test_set=row), Photo.objects.filter(test_set=row)):
        rows._raw_delete(rows.db)
    MachineFoolRate.objects.filter(test_set=row).delete()
    for uploaded in row.uploads_of_fakes.all():
        discard_fakes(fakes=uploaded)
    upload = row.upload
    row.delete()
    if upload:
        discard_upload(upload=upload)


def _check_manifest(manifest: bytes) -> None:
    limits = archive.DEFAULT_LIMITS
    try:
        archive.read_manifest(manifest, most=limits.max_files, longest_split=limits.max_split)
    except archive.BadArchive as error:
        raise Refused(str(error)) from error
