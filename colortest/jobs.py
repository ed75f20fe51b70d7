"""The only door from the site to the workers: each function rings for one kind of work, once the rows are committed.

A ring may be lost (Redis down, worker killed): the rows say what is to be done, and the beat rings again. Its rings
expire when nobody takes them in time, so that they never pile up behind workers that are busy with those very rows.
"""

import logging
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from colortest.celery import RING_SECONDS, signature

log = logging.getLogger(__name__)


def import_test_set(test_set_id: int, *, again: bool = False) -> None:
    """Check, render and store the photos of an uploaded test set."""
    _ring("import_test_set", again, test_set_id=test_set_id)


def colorize(algorithm_id: int, *, again: bool = False) -> None:
    """Make one batch of an algorithm's pending colorizations."""
    _ring("colorize", again, algorithm_id=algorithm_id)


def observe(algorithm_id: int, test_set_id: int, *, again: bool = False) -> None:
    """Compute and store the machine fool rates of an algorithm on a test set."""
    _ring("observe", again, algorithm_id=algorithm_id, test_set_id=test_set_id)


def compute_fool_rates(study_id: int, *, again: bool = False) -> None:
    """Compute and store the fool rates of a study."""
    _ring("compute_fool_rates", again, study_id=study_id)


def store_report(study_id: int, *, again: bool = False) -> None:
    """Make and store what a study's pages tell beside its fool rates."""
    _ring("store_report", again, study_id=study_id)


def erase_expired(study_id: int, *, again: bool = False) -> None:
    """Erase the runs of a study that were kept as long as it said."""
    _ring("erase_expired", again, study_id=study_id)


def _ring(name: str, again: bool, **kwargs: Any) -> None:
    transaction.on_commit(partial(_send, name, kwargs, RING_SECONDS if again else None))


def _send(name: str, kwargs: dict[str, Any], expires: float | None) -> None:
    try:
        signature(name, **kwargs).apply_async(expires=expires)
    except (OperationalError, OSError) as error:
        # The row is safe; a participant or admin must not see an error because a doorbell is broken.
        log.warning("could not ring for %s %s: %s", name, kwargs, error)
