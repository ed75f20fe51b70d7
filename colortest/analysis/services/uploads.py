"""Writes of uploaded files of responses: kept, read by a worker, and gone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from colortest import jobs
from colortest.analysis.imports.files import read_file
from colortest.analysis.imports.reading import Unusable
from colortest.analysis.models import ResponseImport
from colortest.analysis.services.imports import BadLines, import_responses
from colortest.experiment.models import Study
from colortest.refusal import Refused

TOLD = 10  # problems of a file


@transaction.atomic
def upload_responses(*, upload: "UploadedFile[Any]", by: User, **columns: object) -> ResponseImport:
    """Keep a file and ring for its import. columns: the others of the row."""
    asked = ResponseImport(account=by, file_name=(upload.name or "")[-255:], **columns)
    asked.upload.save("responses.csv", upload, save=False)
    asked.save()
    jobs.import_responses(asked.pk)
    return asked


def import_uploaded(*, import_id: int) -> None:
    """WAITING → IMPORTED with its study, or REFUSED with the reasons and nothing written. Else nothing is done."""
    with transaction.atomic():
        waiting = ResponseImport.objects.waiting().select_for_update(skip_locked=True, of=("self",))
        asked = waiting.filter(pk=import_id).first()
        if asked is None:
            return
        try:
            study = _study_of(asked)
        except BadLines as error:
            _refuse(asked, [_sentence(str(problem)) for problem in error.problems[:TOLD]], len(error.problems))
        except OSError:
            _refuse(asked, ["The file is no longer there: please choose it again."])
        except (Unusable, Refused) as error:
            _refuse(asked, [str(error).removeprefix("Nothing was imported: ")])
        else:
            asked.status, asked.study = ResponseImport.Status.IMPORTED, study
            _finish(asked)


@transaction.atomic
def refuse_upload(*, import_id: int, reason: str) -> None:
    """WAITING → REFUSED, with the reason."""
    asked = ResponseImport.objects.waiting().filter(pk=import_id).first()
    if asked:
        _refuse(asked, [reason])


@transaction.atomic
def _study_of(asked: ResponseImport) -> Study:
    with asked.upload.open("rb") as file:
        content = read_file(file, asked.form, practice=asked.practice)
    asked.left_out = content.left_out
    return import_responses(
        content=content,
        title=asked.title,
        test_set=asked.test_set,
        preset=asked.preset,
        names=asked.names,
        team=asked.team,
        by=asked.account,
    )


def _refuse(asked: ResponseImport, problems: Sequence[str], count: int = 1) -> None:
    asked.status, asked.problems, asked.problem_count = ResponseImport.Status.REFUSED, list(problems), count
    _finish(asked)


def _finish(asked: ResponseImport) -> None:
    """Its file goes once that is committed, so that no crash leaves a row without it."""
    storage, name = asked.upload.storage, str(asked.upload.name)
    asked.upload = ""
    asked.save()
    transaction.on_commit(partial(storage.delete, name))


def _sentence(problem: str) -> str:
    return problem[:1].upper() + problem[1:]
