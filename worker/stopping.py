"""How a worker is asked to stop: between two steps of a batch, which is then given back.

Celery lets its processes finish what they do. That may be a batch of many photos, and whoever stops a worker waits for
seconds only before he kills it.
"""

import mmap
import threading
from typing import Any

from celery.signals import worker_shutting_down

# One byte of memory that the processes of a worker share: it is mapped before they fork. Not a lock of any kind: a
# process that was killed while it held one would keep the others.
_asked = mmap.mmap(-1, 1)
_here = threading.Event()  # of one process, and no other


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The batch goes back: this process is to end."""


@worker_shutting_down.connect
def stop(**_: Any) -> None:
    """From now on `check` raises, in this process and in those that it forked."""
    _asked[0] = 1


def stop_here() -> None:
    """From now on `check` raises in this process."""
    _here.set()


def check() -> None:
    """Raises Stopped where this process is to end."""
    if _asked[0] or _here.is_set():
        raise Stopped
