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
# As Redis has them. A hundred thousand colorizations are hours of work, which everything else goes before.
FIRST, LAST = 0, 9


def import_test_set(test_set_id: int, *, again: bool = False) -> None:
    """Check, render and store the photos of an uploaded test set."""
    _ring("import_test_set", again, test_set_id=test_set_id)


def import_responses(import_id: int, *, again: bool = False) -> None:
    """Read an uploaded file of responses into a study."""
    _ring("import_responses", again, import_id=import_id)


def import_fakes(fakes_id: int, *, again: bool = False) -> None:
    """Check an upload of fakes made elsewhere, or store one that was accepted."""
    _ring("import_fakes", again, fakes_id=fakes_id)


def check_checkpoint(algorithm_id: int, *, again: bool = False) -> None:
    """Compare the weights of a trained generator with the network that its JSON describes."""
    _ring("check_checkpoint", again, algorithm_id=algorithm_id)


def colorize(*, urgent: bool = False, again: bool = False) -> None:
    """Make pending colorizations, whatever their algorithms; before the other work that rings only where urgent."""
    _ring("colorize", again, priority=FIRST if urgent else LAST)


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


def _ring(name: str, again: bool, *, priority: int = FIRST, **kwargs: Any) -> None:
    transaction.on_commit(partial(_send, name, kwargs, RING_SECONDS if again else None, priority))


def _send(name: str, kwargs: dict[str, Any], expires: float | None, priority: int = FIRST) -> None:
    try:
        signature(name, **kwargs).apply_async(expires=expires, priority=priority)
    except (OperationalError, OSError) as error:
        # The row is safe; a participant or admin must not see an error because a doorbell is broken.
        log.warning("could not ring for %s %s: %s", name, kwargs, error)
