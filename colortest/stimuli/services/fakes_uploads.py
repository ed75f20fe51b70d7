"""Writes of uploads of fakes: begun, checked by a worker, accepted by an admin, stored by a worker."""

from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli.chunked_file import ChunkedFile
from colortest.stimuli.models import Algorithm, FakesUpload, TestSet
from colortest.stimuli.services.fakes import Checking, Storing
from colortest.stimuli.services.importing import TURNS, go_through, troubles_told
from colortest.stimuli.services.leases import import_lease
from colortest.stimuli.services.uploads import begin_upload, discard_upload, send_whole

Status = FakesUpload.Status


@transaction.atomic
def begin_fakes(*, algorithm: Algorithm, test_set: TestSet, file_name: str, byte_count: int) -> FakesUpload:
    """UPLOADING: fakes of a test set's photos, of which nothing has arrived yet.

    Raises:
        Refused: the algorithm makes its colorizations here, or the upload is empty or too large.
    """
    _check_kind(algorithm)
    upload = begin_upload(file_name=file_name, byte_count=byte_count)
    return FakesUpload.objects.create(
        algorithm=algorithm, test_set=test_set, upload=upload, file_name=upload.file_name, status=Status.UPLOADING
    )


def upload_fakes(*, algorithm: Algorithm, test_set: TestSet, upload: "UploadedFile[bytes]") -> FakesUpload:
    """A whole zip at once, as a browser without scripts sends it: the same chunks, cut here."""
    fakes = begin_fakes(
        algorithm=algorithm, test_set=test_set, file_name=upload.name or "fakes.zip", byte_count=upload.size or 0
    )
    assert fakes.upload is not None  # noqa: S101 - begun just now
    try:
        send_whole(upload=fakes.upload, file=upload)
    except BaseException:
        discard_fakes(fakes=fakes)
        raise
    return fakes


def work_on_fakes(*, fakes_id: int) -> None:
    """UPLOADED → CHECKED, ACCEPTED → stored, or some batches nearer to it and a ring. Nothing in any other state."""
    with import_lease(FakesUpload, fakes_id) as ours:
        fakes = FakesUpload.objects.waiting().for_page().filter(pk=fakes_id).first() if ours else None
        if fakes is None or fakes.upload is None:
            return
        with ChunkedFile(fakes.upload) as source:
            work = (Checking if fakes.status == Status.UPLOADED else Storing)(fakes, source)
            with troubles_told(work):
                over = go_through(work, seconds=settings.TASK_SECONDS / TURNS)
    if not over:
        jobs.import_fakes(fakes_id)


def import_fakes(*, algorithm: Algorithm, test_set: TestSet, path: Path, only_check: bool = False) -> FakesUpload:
    """Stored (or CHECKED) from a folder or zip on a disk of this machine, in this process; goes on where one stopped.

    Raises:
        Refused: the algorithm makes its colorizations here, another process is at it, or other files are there.
    """
    _check_kind(algorithm)
    begun = FakesUpload.objects.filter(upload=None, stored=None, file_name=path.name[-255:])
    row, _ = begun.get_or_create(algorithm=algorithm, test_set=test_set, defaults={"file_name": path.name[-255:]})
    with import_lease(FakesUpload, row.pk) as ours:
        if not ours:
            raise Refused(f"“{row}” is being imported already.")
        if row.status == Status.UPLOADED:
            _go_through(Checking(row, path))
        if not only_check:
            FakesUpload.objects.filter(pk=row.pk, status=Status.CHECKED).update(status=Status.ACCEPTED)
            row.refresh_from_db()
            _go_through(Storing(row, path))
    row.refresh_from_db()
    return row


def _go_through(work: Checking | Storing) -> None:
    with troubles_told(work):
        go_through(work)


@transaction.atomic
def accept_fakes(*, fakes: FakesUpload) -> None:
    """CHECKED → ACCEPTED, and a ring for who stores them. Twice changes nothing.

    Raises:
        Refused: it is not checked yet, or nothing of it can be used.
    """
    row = FakesUpload.objects.select_for_update(of=("self",)).get(pk=fakes.pk)
    if row.status == Status.ACCEPTED:
        return
    if row.status != Status.CHECKED or row.upload_id is None or not row.files.matched().exists():
        raise Refused(f"{row} cannot be stored: it is not checked yet, or none of its files is of a photo.")
    row.status = fakes.status = Status.ACCEPTED
    row.save(update_fields=["status"])
    jobs.import_fakes(row.pk)


@transaction.atomic
def discard_fakes(*, fakes: FakesUpload) -> None:
    """Gone, with its zip; colorizations that were stored stay."""
    row = FakesUpload.objects.select_for_update(of=("self",)).filter(pk=fakes.pk).first()
    if row is None:
        return
    upload = row.upload
    row.files.all()._raw_delete(row.files.db)  # by the database alone: there may be a hundred thousand
    row.delete()
    if upload:
        discard_upload(upload=upload)


def _check_kind(algorithm: Algorithm) -> None:
    if algorithm.kind != Algorithm.Kind.EXTERNAL:
        raise Refused(f"“{algorithm}” makes its colorizations here: register one that is made elsewhere.")
