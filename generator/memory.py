"""Memory that runs out: how torch says so, and the one error that says it to people."""

import torch

# What torch's libraries write where they raise a plain RuntimeError: the CPU allocator, cuBLAS and cuDNN.
WORDS = ("can't allocate memory", "bad_alloc", "ALLOC_FAILED", "out of memory")


class OutOfMemory(RuntimeError):
    """Not even a batch of one fits: one sentence that says what to do. A RuntimeError, as torch's own are."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this error means that a smaller batch might pass."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in WORDS)
