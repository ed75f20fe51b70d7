"""Between a CPU's memory and a device's.

On CUDA pictures go through pinned memory, which is copied while everything else goes on, and each thread computes in a
stream of its own: while the network of one is at work, the pictures of another come and go. Anywhere else this is
nothing but a stack and a view. **Not measured on a GPU.**
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Pixels = NDArray[np.uint8]
_of_this_thread = threading.local()


@contextmanager
def own_stream(device: torch.device) -> Iterator[None]:
    """What this thread computes on a GPU in here is done beside what other threads do on it, not after that."""
    if device.type != "cuda":
        yield
        return
    with torch.cuda.stream(_stream(device)):
        yield


def send(pictures: Sequence[Pixels], device: torch.device) -> Tensor:
    """Pictures of one size (H, W, 3) as one uint8 tensor (B, H, W, 3) there; on CUDA perhaps still on its way."""
    shape = (len(pictures), *pictures[0].shape)
    stacked = torch.empty(shape, dtype=torch.uint8, pin_memory=device.type == "cuda")
    np.stack(pictures, out=stacked.numpy())
    return stacked.to(device, non_blocking=True)


def fetch(pictures: Tensor) -> Pixels:
    """A uint8 tensor (B, H, W, 3) as an array, once all of it is there."""
    if pictures.device.type != "cuda":
        return np.asarray(pictures.cpu())
    pinned = torch.empty(pictures.shape, dtype=pictures.dtype, pin_memory=True)
    pinned.copy_(pictures, non_blocking=True)
    torch.cuda.current_stream(pictures.device).synchronize()
    return np.asarray(pinned)


def settle(device: torch.device) -> None:
    """Wait for what was begun on the device: weights that one thread loads are then there for the streams of others."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _stream(device: torch.device) -> torch.cuda.Stream:
    streams: dict[torch.device, torch.cuda.Stream] = _of_this_thread.__dict__.setdefault("streams", {})
    if device not in streams:
        streams[device] = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    return streams[device]
