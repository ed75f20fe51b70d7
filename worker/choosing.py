"""Which batch comes next: what somebody waits for, then the algorithms in turn."""

import threading
from itertools import count

from django.conf import settings

from colortest.stimuli import services
from colortest.stimuli.models import Algorithm

_choosing = threading.Lock()
_turn = count()
_served: dict[int, int] = {}  # id of the algorithm → when this process chose it last, as a number of a turn


def next_batch() -> list[int]:
    """Ids of fresh colorizations of one algorithm, claimed; none where no more is to be made.

    An algorithm that this process has not served for longest comes first, so that a small one does not wait for a
    large one to end.
    """
    limit = settings.COLORIZE_BATCH
    with _choosing:
        asked = services.claim_asked(limit=limit)
        return asked or next(filter(None, (_take(pk, limit) for pk in _in_turn())), [])


def _in_turn() -> list[int]:
    return sorted(Algorithm.objects.with_fresh(), key=lambda pk: _served.get(pk, -1))


def _take(algorithm_id: int, limit: int) -> list[int]:
    _served[algorithm_id] = next(_turn)
    return services.claim_fresh(algorithm_id=algorithm_id, limit=limit)
