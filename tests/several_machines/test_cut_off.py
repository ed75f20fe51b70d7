"""Web, database, queue and two workers on five machines; one worker's cable is pulled in the middle of a batch."""

import pytest

from tests.several_machines.laboratory import PATIENCE, PHOTOS, Laboratory, laboratory
from tests.several_machines.network import obstacle
from tests.worker.workers import Gate

OBSTACLE = obstacle()
pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(6 * PATIENCE),
    pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE),
]


def test_a_worker_that_is_cut_off_loses_its_rows_to_the_other_and_comes_back() -> None:
    with laboratory() as lab:
        gate = begin_a_batch(lab)
        lab.network.cut("worker1")
        assert lab.holds("worker1"), "in the middle of a batch"
        lab.start_worker("worker2")
        lab.until("its rows are free", lambda: not lab.holds("worker1"))
        gate.open()  # it comes to the end of its batch, and cannot say so
        lab.until("the other makes them", lambda: lab.count("READY") == PHOTOS)
        lab.until("the page misses one worker", lambda: lab.alive() == 1)
        assert lab.count("PENDING") == lab.count("FAILED") == 0

        lab.network.mend("worker1")
        lab.until("both are there", lambda: lab.alive() == 2)
        lab.network.cut("worker2")  # so that only who came back can make what is asked for now
        lab.ask("UPDATE stimuli_colorization SET status = 'PENDING', file = '', file_sha256 = '', tries = 0")
        lab.until("who came back makes all", lambda: lab.count("READY") == PHOTOS)
        assert stored_once(lab)
        assert lab.ask("SELECT count(*) FROM operating_worker") == [(2,)], "the very processes that were there before"


def begin_a_batch(lab: Laboratory) -> Gate:
    """Starts a worker alone, so that it is the one, and keeps it in the middle of decoding."""
    gate = Gate(lab.home, decoded=1)
    worker = lab.start_worker("worker1", **gate.environ)
    lab.until("it decodes the photos of a batch", lambda: gate.has(worker))
    return gate


def stored_once(lab: Laboratory) -> bool:
    """Whether each photo has one colorization, whose file is there and is no other's."""
    rows = lab.ask("SELECT photo_id, file FROM stimuli_colorization")
    photos, files = {photo for photo, _ in rows}, {str(file) for _, file in rows}
    return len(rows) == len(photos) == len(files) == PHOTOS and all((lab.home / "files" / f).is_file() for f in files)
