"""Writes that nobody asks for: uploads that nobody went on with are thrown away."""

from datetime import datetime, timedelta

from django.utils import timezone

from colortest.stimuli.models import TestSet, Upload
from colortest.stimuli.services.test_sets import delete_test_set

ABANDONED = timedelta(days=7)


def sweep_uploads(*, now: datetime | None = None) -> int:
    """Throw away test sets that are on their way and of which nothing arrived for a week. Returns how many."""
    silent = Upload.objects.silent_since((now or timezone.now()) - ABANDONED)
    abandoned = list(TestSet.objects.filter(upload__in=silent, status=TestSet.Status.UPLOADING))
    for test_set in abandoned:
        delete_test_set(test_set=test_set)
    return len(abandoned)
