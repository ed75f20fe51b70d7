"""The threads of one worker process: those on the device, and those on the cores that read and store.

Started by the first task that needs them, never before the process is forked: CUDA does not survive a fork.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import torch

# On a CPU two networks side by side, each on half of the cores, are faster than one on all of them: threads that work
# on the same layer wait for each other at its end. On a GPU each of the two has a stream of its own: pictures come and
# go while the other computes.
SIDE_BY_SIDE = 2
_once = threading.Lock()


def device() -> ThreadPoolExecutor:
    """Where networks run."""
    with _once:
        return _device()


def cores() -> ThreadPoolExecutor:
    """Where pictures are decoded, levelled, encoded and written: as many threads as torch may use."""
    with _once:
        return _cores()


@cache
def _device() -> ThreadPoolExecutor:
    threads = torch.get_num_threads()
    width = min(SIDE_BY_SIDE, threads)
    return ThreadPoolExecutor(width, "device", torch.set_num_threads, (threads // width,))


@cache
def _cores() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(torch.get_num_threads(), "cores")
