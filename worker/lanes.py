"""A slice of a worker's time: several batches on their way at once, so that neither the device nor the cores wait.

Each lane is a thread with a database connection and a transaction of its own, and takes one batch after the other from
the claim to the commit. While one lane is on the device the others read and store.
"""

import logging
import os
import time
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connections

from colortest.stimuli import services
from generator.memory import DeviceLost
from worker import stopping
from worker.choosing import next_batch
from worker.colorizing import Claim, colorize_batch, in_hand, settle

log = logging.getLogger(__name__)
LANES = 3  # one on the device, one reading, one storing
GRACE = 1 / 100  # of a task time: for batches that can still be given back when another hangs


def colorize_pending(*, seconds: float) -> bool:
    """Make what is pending until nothing is left or the time is up; returns whether the time was up.

    A colorization on which a worker died before is made alone: whatever else this process were making would be counted
    with it.
    """
    settle()
    if given_up := services.give_up():
        log.error("given up, for workers died on them or hung: colorizations %s", given_up)
    now = time.monotonic()
    left = [_run(1, services.claim_suspect, until=now + seconds / 2), _run(LANES, next_batch, until=now + seconds)]
    return any(left)


def _run(lanes: int, claim: Claim, *, until: float) -> bool:
    pool = ThreadPoolExecutor(lanes, "lane")
    futures = [pool.submit(_lane, claim, until) for _ in range(lanes)]
    pool.shutdown(wait=False)
    try:
        ended, _ = wait(futures, return_when=FIRST_EXCEPTION)
        if lost := next((error for one in ended if isinstance(error := one.exception(), DeviceLost)), None):
            _end_this_process(futures, f"the device is lost ({lost})")
        wait(futures)
    except SoftTimeLimitExceeded:
        _end_this_process(futures, f"took longer than {settings.TASK_SECONDS} s")
    ends = [future.result() for future in futures]
    return any(ends)


def _lane(claim: Claim, until: float) -> bool:
    """Whether it ended because the time was up."""
    try:
        while colorize_batch(claim):
            if time.monotonic() > until:
                return True
    except stopping.Stopped:
        return True
    except OSError as error:  # where the photos are not at fault: no room on the disk
        log.error("colorizations cannot be stored and stay pending until the clock rings: %s", error)
    finally:
        connections.close_all()
    return False


def _end_this_process(futures: list[Future[bool]], reason: str) -> None:
    """A thread that hangs cannot be stopped, only the process, and a lost device is there only for a new one.

    What they are at stays counted as a try.
    """
    stopping.stop_here()
    wait(futures, GRACE * settings.TASK_SECONDS)
    log.error("%s: colorizations %s; this process ends", reason, sorted(in_hand))
    os._exit(1)
