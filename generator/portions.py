"""A batch that training has no memory for is cut into portions, which are learned from one after the other."""

import logging
from collections.abc import Callable
from typing import TypeVar

from generator.memory import OutOfMemory, is_out_of_memory

FEWEST = 2  # photos in a portion: batch norm and the game need two

Learned = TypeVar("Learned")

log = logging.getLogger(__name__)


class Portions:
    """Into how many portions each batch is cut: `count`, doubled whenever memory runs out, which is said once.

    alone: one of several processes cannot cut its batches, for they would no longer do the same.
    """

    def __init__(self, *, alone: bool = True) -> None:
        self.count = 1
        self.alone = alone
        self.said = False

    def learn(self, photos: int, step: Callable[[], Learned]) -> Learned:
        """What `step` returns, which learns from a batch of so many photos in `count` portions, and is called again
        where memory ran out. Raises OutOfMemory where the batch cannot be cut further.
        """
        while True:
            try:
                return step()
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(photos, error)

    def _halve(self, photos: int, error: Exception) -> None:
        tried = photos // self.count
        too_many = f"Memory does not suffice to learn from {tried} photos at once"
        if not self.alone:
            raise OutOfMemory(f"{too_many}: start more processes, or one, which can cut its batches.") from error
        if photos % (2 * FEWEST * self.count):
            raise OutOfMemory(f"{too_many}; free some.") from error
        self.count *= 2
        if not self.said:
            log.warning("Out of memory with %d photos at once: learning from %d, or fewer.", tried, tried // 2)
        self.said = True
