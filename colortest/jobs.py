"""The only door from the site to the workers: each function rings for one kind of work, once the rows are committed.

A ring may be lost (Redis down, worker killed): the rows say what is to be done, and the beat rings again.
"""

import logging
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from colortest.celery import signature

log = logging.getLogger(__name__)


def import_test_set(test_set_id: int) -> None:
    """Check, render and store the photos of an uploaded test set."""
    _ring("import_test_set", test_set_id=test_set_id)


def colorize(algorithm_id: int) -> None:
    """Make every pending colorization of an algorithm."""
    _ring("colorize", algorithm_id=algorithm_id)


def colorize_more(algorithm_id: int) -> None:
    """Ring at once, inside the caller's transaction: for committed rows beyond those that the caller holds.

    One worker's batch calls the next worker this way, and takes the next batch itself when nobody is free.
    """
    _send("colorize", {"algorithm_id": algorithm_id})


def compute_fool_rates(study_id: int) -> None:
    """Compute and store the fool rates of a study."""
    _ring("compute_fool_rates", study_id=study_id)


def _ring(name: str, **kwargs: Any) -> None:
    transaction.on_commit(partial(_send, name, kwargs))


def _send(name: str, kwargs: dict[str, Any]) -> None:
    try:
        signature(name, **kwargs).apply_async()
    except (OperationalError, OSError) as error:
        # The row is safe; a participant or admin must not see an error because a doorbell is broken.
        log.warning("could not ring for %s %s: %s", name, kwargs, error)
