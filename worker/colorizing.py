"""One batch of colorizations: claimed, made, stored, committed."""

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, transaction

from colortest.stimuli import services
from colortest.stimuli.models import Colorization
from colortest.stimuli.services import Failed
from generator.checkpoint import CheckpointError
from generator.memory import DeviceLost
from worker import heartbeat
from worker.making import EXPECTED, check_device, make, reason_of, write
from worker.methods import method_of
from worker.stopping import check

log = logging.getLogger(__name__)
Claim = Callable[[], list[int]]

# Ids of what this process is making: whoever has to end it can tell what it was.
in_hand: set[int] = set()
# Ids of claims that wait to be given back, for the database was away when they were to be.
_owed: set[int] = set()
_settling = threading.Lock()  # lanes that fail together must not give back the same claim twice


def colorize_batch(claim: Claim) -> int:
    """PENDING → READY or FAILED for the colorizations that `claim` gives, all of one algorithm. Returns how many.

    Where that cannot be, and the photos are not at fault (no room on the disk, no database, the worker is to stop),
    they stay PENDING, the claim is given back, and the error is raised. Where the process ends, or has to (DeviceLost),
    the claim stays counted: one of them may be what it cannot bear.
    """
    ids = claim()
    in_hand.update(ids)
    try:
        if ids:
            _colorize(ids)
    except DeviceLost:
        raise  # they stay in hand until the process ends
    except Exception:
        in_hand.difference_update(ids)
        _owed.update(ids)
        settle()
        raise
    in_hand.difference_update(ids)
    return len(ids)


def settle() -> None:
    """Give back the claims that came to no end for no fault of their photos. With no database that waits for one."""
    with _settling:
        ids = list(_owed)
        try:
            services.give_back(ids=ids)
        except (DatabaseError, InterfaceError) as error:
            log.warning("colorizations %s are given back once the database answers: %s", ids, error)
        else:
            _owed.difference_update(ids)


@transaction.atomic
def _colorize(ids: Sequence[int]) -> None:
    """The rows stay locked until the commit: a killed worker frees them at once and nothing half-made is seen."""
    rows = list(Colorization.objects.to_make(ids))
    if not rows:
        return
    try:
        method = method_of(rows[0].algorithm)
    except (*EXPECTED, CheckpointError, RuntimeError) as error:
        check_device(error)
        services.store_colorizations(rows=rows, outcomes=[Failed(reason_of(error))] * len(rows), milliseconds=0)
        log.warning("algorithm=%s cannot colour: %s", rows[0].algorithm_id, error)
        return
    made = make(rows, method)
    check()
    names = write(made.outcomes)
    try:
        services.store_colorizations(rows=rows, outcomes=names, milliseconds=made.milliseconds)
    except BaseException:
        services.delete_files(outcome[1] for outcome in names if not isinstance(outcome, Failed))
        raise
    transaction.on_commit(lambda: _tell(rows, made.milliseconds))


def _tell(rows: Sequence[Colorization], milliseconds: float) -> None:
    failed = sum(row.status == Colorization.Status.FAILED for row in rows)
    heartbeat.made(len(rows) - failed)
    log.info(
        "colorized algorithm=%s first=%s photos=%s failed=%s ms_each=%.1f",
        rows[0].algorithm_id,
        rows[0].pk,
        len(rows),
        failed,
        milliseconds,
    )
