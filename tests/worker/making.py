"""Making what is pending in the thread and the transaction of a test."""

from worker.choosing import next_batch
from worker.colorizing import colorize_batch


def make_all() -> None:
    while colorize_batch(next_batch):
        pass
