"""Writes of uploads of fakes: arrived, checked by a worker, accepted by an admin, stored by a worker."""

from collections.abc import Callable

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli.chunked_file import ChunkedFile
from colortest.stimuli.models import Algorithm, FakesUpload, TestSet
from colortest.stimuli.services.fakes import Report, check_fakes, store_fakes
from colortest.stimuli.services.uploads import begin_upload, discard_upload, receive_chunk

Status = FakesUpload.Status
TURNS = 20  # storing gives the worker back this many times in the time of a task: others wait too
CHECKING = 0.8  # of the time of a task: checking is done in one


@transaction.atomic
def upload_fakes(*, algorithm: Algorithm, test_set: TestSet, file: "UploadedFile[bytes]") -> FakesUpload:
    """UPLOADED: a zip of fakes of a test set's photos, and a ring for who checks it.

    Raises:
        Refused: the algorithm makes its colorizations here, or the file is empty or too large.
    """
    if algorithm.kind != Algorithm.Kind.EXTERNAL:
        raise Refused(f"“{algorithm}” makes its colorizations here: register one that is made elsewhere.")
    upload = begin_upload(file_name=file.name or "fakes.zip", byte_count=file.size or 0)
    file.seek(0)
    for position in range(upload.chunk_count):
        receive_chunk(upload=upload, position=position, data=file.read(upload.chunk_bytes))
    row = FakesUpload.objects.create(algorithm=algorithm, test_set=test_set, upload=upload, file_name=upload.file_name)
    jobs.import_fakes(row.pk)
    return row


def work_on_fakes(*, fakes_id: int) -> None:
    """UPLOADED → CHECKED, or ACCEPTED → STORED or nearer to it and a ring for the rest. Nothing in any other state."""
    status = FakesUpload.objects.filter(pk=fakes_id).values_list("status", flat=True).first()
    if status == Status.UPLOADED:
        _locked(fakes_id, Status.UPLOADED, _check)
    elif status == Status.ACCEPTED:
        _locked(fakes_id, Status.ACCEPTED, _store)


@transaction.atomic
def accept_fakes(*, fakes: FakesUpload) -> None:
    """CHECKED → ACCEPTED, and a ring for who stores them. Twice changes nothing.

    Raises:
        Refused: it is not checked yet, or nothing of it can be used.
    """
    row = FakesUpload.objects.select_for_update().get(pk=fakes.pk)
    if row.status in (Status.ACCEPTED, Status.STORED):
        return
    if row.status != Status.CHECKED or not row.told["matched"]:
        raise Refused(f"{row} cannot be stored: it is not checked yet, or none of its files is of a photo.")
    row.status = fakes.status = Status.ACCEPTED
    row.save(update_fields=["status"])
    jobs.import_fakes(row.pk)


@transaction.atomic
def discard_fakes(*, fakes: FakesUpload) -> None:
    """Gone, with its zip; colorizations that were stored stay."""
    row = FakesUpload.objects.select_for_update().filter(pk=fakes.pk).first()
    if row is None:
        return
    upload = row.upload
    row.delete()
    if upload:
        discard_upload(upload=upload)


@transaction.atomic
def _locked(fakes_id: int, status: str, work: Callable[[FakesUpload], None]) -> None:
    """The lock is the lease: whoever comes second leaves it, and a killed worker's is free at once."""
    rows = FakesUpload.objects.select_for_update(skip_locked=True, of=("self",)).select_related("algorithm", "test_set")
    row = rows.filter(pk=fakes_id, status=status).first()
    if row:
        work(row)


def _check(row: FakesUpload) -> None:
    assert row.upload is not None  # noqa: S101 - a constraint says so until it is stored
    try:
        with ChunkedFile(row.upload) as source:
            seconds = settings.TASK_SECONDS * CHECKING
            report = check_fakes(algorithm=row.algorithm, test_set=row.test_set, source=source, seconds=seconds)
        row.report = report.to_json()
    except Refused as error:
        row.problem = str(error)
    row.status = Status.CHECKED
    row.save(update_fields=["status", "report", "problem"])


def _store(row: FakesUpload) -> None:
    assert row.upload is not None  # noqa: S101 - a constraint says so until it is stored
    with ChunkedFile(row.upload) as source:
        over = store_fakes(
            algorithm=row.algorithm,
            matched=Report.from_json(row.report).matched,
            source=source,
            seconds=settings.TASK_SECONDS / TURNS,
        )
    if over:
        upload, row.upload, row.status = row.upload, None, Status.STORED
        row.save(update_fields=["status", "upload"])
        discard_upload(upload=upload)
    else:
        jobs.import_fakes(row.pk)
