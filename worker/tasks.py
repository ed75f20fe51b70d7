"""Doorways: each task takes ids, calls one service and is safe to run twice."""

import logging
import os

from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from colortest import jobs
from colortest.analysis import services as analysis
from colortest.analysis.models import ResponseImport
from colortest.analysis.services import reports, uploads
from colortest.celery import IMPORT, SLICES
from colortest.experiment import services as experiment
from colortest.experiment.models import Participant, Study
from colortest.stimuli import observer
from colortest.stimuli import services as stimuli
from colortest.stimuli.measuring import measure_colorizations
from colortest.stimuli.models import Algorithm, Colorization, FakesUpload, MachineFoolRate, TestSet
from generator.memory import DeviceLost
from worker import checking, warming
from worker.lanes import colorize_pending
from worker.observing import observe_colorizations

log = logging.getLogger(__name__)


@shared_task
def import_test_set(test_set_id: int) -> None:
    """TestSet UPLOADED → CHECKED, or some batches of its files nearer to it; then it rings for the next."""
    stimuli.import_uploaded(test_set_id=test_set_id)


@shared_task
def import_fakes(fakes_id: int) -> None:
    """FakesUpload UPLOADED → CHECKED, or ACCEPTED → STORED or nearer to it; then it rings for the rest."""
    stimuli.work_on_fakes(fakes_id=fakes_id)


@shared_task(soft_time_limit=IMPORT * settings.TASK_SECONDS, time_limit=(IMPORT + 1) * settings.TASK_SECONDS)
def import_responses(import_id: int) -> None:
    """ResponseImport WAITING → IMPORTED with its study, or REFUSED."""
    try:
        uploads.import_uploaded(import_id=import_id)
    except SoftTimeLimitExceeded:
        uploads.refuse_upload(import_id=import_id, reason="It took too long to read: please import it in parts.")


@shared_task
def colorize() -> None:
    """Colorizations PENDING → READY or FAILED for a slice of this worker's time; rings again where it was too short."""
    if colorize_pending(seconds=settings.TASK_SECONDS / SLICES):
        jobs.colorize()


@shared_task
def check_checkpoint(algorithm_id: int) -> None:
    """Algorithm with a checkpoint that is not checked → checked, with a problem where there is one, or else loaded."""
    for algorithm in Algorithm.objects.unchecked().filter(pk=algorithm_id):
        if checking.check_checkpoint(algorithm):
            warming.load(algorithm)


@shared_task
def compute_fool_rates(study_id: int) -> None:
    """FoolRate rows of a study as its responses are now; rings for the report beside them where it is due."""
    analysis.compute_fool_rates(study=Study.objects.get(pk=study_id))
    if study_id in reports.reports_due():
        jobs.store_report(study_id)


@shared_task
def store_report(study_id: int) -> None:
    """Report and PhotoRate rows of a study as its FoolRate rows are now."""
    reports.store_report(study=Study.objects.get(pk=study_id))


@shared_task
def erase_expired(study_id: int) -> None:
    """The runs of a study whose time is up → gone; its fool rates and its report, made a last time, stay."""
    reports.erase_expired(study=Study.objects.get(pk=study_id))


@shared_task(bind=True)
def observe(self: Task, algorithm_id: int, test_set_id: int) -> None:
    """MachineFoolRate rows that were asked for → computed, or failed with a reason."""
    algorithm, test_set = Algorithm.objects.get(pk=algorithm_id), TestSet.objects.get(pk=test_set_id)
    try:
        observe_colorizations(algorithm, test_set)
    except SoftTimeLimitExceeded:
        reason = "It took too long: ask again when the worker has less to do, or with fewer photos."
        observer.fail_machine_fool_rates(algorithm=algorithm, test_set=test_set, reason=reason)
    except DeviceLost as error:
        # The queue gives the message to the next process, whose device answers; but what loses each is not to go on.
        log.error("the device is lost (%s); this process ends", error)  # noqa: TRY400 - the sentence says it
        if (self.request.delivery_info or {}).get("redelivered"):
            reason = f"The device was lost twice ({error}): see the log of the worker, then ask again."
            observer.fail_machine_fool_rates(algorithm=algorithm, test_set=test_set, reason=reason)
        os._exit(1)


@shared_task
def sweep_files() -> None:
    """Files of the folder whose turn it is that no row names for a day → gone."""
    if folder := stimuli.folder_of(timezone.now()):
        stimuli.sweep_folder(folder=folder)


@shared_task
def ring_again() -> None:
    """Ring for everything that a lost message left behind, erase the previews, uploads and files that somebody left
    behind, and measure colorizations that were made before their quality was measured.
    """
    for test_set in TestSet.objects.waiting():
        jobs.import_test_set(test_set.pk, again=True)
    for asked in ResponseImport.objects.waiting():
        jobs.import_responses(asked.pk, again=True)
    for fakes in FakesUpload.objects.waiting().values_list("pk", flat=True):
        jobs.import_fakes(fakes, again=True)
    for algorithm_id in Algorithm.objects.unchecked().values_list("pk", flat=True):
        jobs.check_checkpoint(algorithm_id, again=True)
    if Colorization.objects.any_pending():
        jobs.colorize(again=True)
    for algorithm_id, test_set_id in MachineFoolRate.objects.pending().values_list("algorithm", "test_set").distinct():
        jobs.observe(algorithm_id, test_set_id, again=True)
    stimuli.sweep_uploads()
    stimuli.delete_forgotten()
    experiment.sweep_previews()
    for study_id in Participant.objects.expired(now=timezone.now()).values_list("study", flat=True).distinct():
        jobs.erase_expired(study_id, again=True)
    for study in analysis.stale():
        jobs.compute_fool_rates(study.pk, again=True)
    for study_id in reports.reports_due():
        jobs.store_report(study_id, again=True)
    measure_colorizations()
