"""While a batch is on the device the next one is read and the last one is stored, by other threads."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings

from colortest.stimuli import services
from colortest.stimuli.models import Colorization
from tests.cast import make_test_set
from worker import making, methods
from worker.lanes import colorize_pending

BATCH, BATCHES, SECONDS = 2, 3, 60


class Watch:
    """Counts pictures that were read and files that were written, and lets others wait for a number of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.read, self.written = 0, 0

    def count(self, what: str, work: Any) -> Any:
        """The same work, counted once it is done."""

        def done(*arguments: Any) -> Any:
            result = work(*arguments)
            with self._changed:
                setattr(self, what, getattr(self, what) + 1)
                self._changed.notify_all()
            return result

        return done

    def came(self, what: str, number: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: getattr(self, what) >= number, SECONDS)


@pytest.mark.django_db(transaction=True)
def test_the_next_batch_is_read_and_the_last_is_stored_while_one_is_on_the_device(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.COLORIZE_BATCH = BATCH
    watch, met = Watch(), []
    make_grey, numbers = methods.baselines.grey, iter(range(BATCHES))
    # What each batch waits for while it has the device: none of it comes where one step follows the other.
    meanwhile = [("read", 2 * BATCH), ("written", BATCH), ("written", BATCH)]

    def on_device(photos: Sequence[np.ndarray]) -> list[np.ndarray]:
        met.append(watch.came(*meanwhile[next(numbers)]))
        return make_grey(photos)

    monkeypatch.setattr(methods.baselines, "grey", on_device)
    monkeypatch.setattr(making, "_read", watch.count("read", making._read))
    monkeypatch.setattr(services, "write_colorization", watch.count("written", services.write_colorization))
    grey = services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")
    services.request_colorizations(photos=make_test_set(BATCH * BATCHES).photos.all(), algorithm=grey)
    colorize_pending(seconds=SECONDS)
    assert met == [True] * BATCHES
    assert Colorization.objects.ready().count() == BATCH * BATCHES
