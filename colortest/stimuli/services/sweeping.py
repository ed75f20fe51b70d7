"""Writes that nobody asks for: uploads that nobody went on with are thrown away."""

from datetime import datetime, timedelta

from django.utils import timezone

from colortest.stimuli.models import FakesUpload, TestSet, Upload
from colortest.stimuli.services.fakes_uploads import discard_fakes
from colortest.stimuli.services.test_sets import delete_test_set

ABANDONED = timedelta(days=7)


def sweep_uploads(*, now: datetime | None = None) -> int:
    """Throw away what is on its way and of which nothing arrived for a week, and fakes that nobody accepted for so
    long, for their zip is kept until then. Returns how many.
    """
    silent = Upload.objects.silent_since((now or timezone.now()) - ABANDONED)
    abandoned = list(TestSet.objects.filter(upload__in=silent, status=TestSet.Status.UPLOADING))
    for test_set in abandoned:
        delete_test_set(test_set=test_set)
    left = [FakesUpload.Status.UPLOADING, FakesUpload.Status.CHECKED]
    unwanted = list(FakesUpload.objects.filter(upload__in=silent, status__in=left))
    for fakes in unwanted:
        discard_fakes(fakes=fakes)
    return len(abandoned) + len(unwanted)
