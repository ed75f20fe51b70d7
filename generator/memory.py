"""What torch's errors mean: memory that runs out, or a device that is lost to this process."""

import torch

# What torch's libraries write where they raise a plain RuntimeError: the CPU allocator, cuBLAS and cuDNN.
WORDS = ("can't allocate memory", "bad_alloc", "ALLOC_FAILED", "out of memory")
# The same of a device on which an earlier computation went wrong; whatever is asked of it next fails too.
LOST_WORDS = ("CUDA error", "STATUS_EXECUTION_FAILED", "STATUS_INTERNAL_ERROR", "device lost")


class OutOfMemory(RuntimeError):
    """Not even a batch of one fits: one sentence that says what to do. A RuntimeError, as torch's own are."""


class DeviceLost(RuntimeError):
    """The device answers nothing in this process any more, whatever it is asked; a new process may use it."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this error means that a smaller batch might pass."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in WORDS)


def is_device_lost(error: BaseException) -> bool:
    """Whether this error means that nothing will pass in this process: an illegal memory access, a device-side assert.

    CUDA then answers every call with the error of the first one. Memory that ran out is told as an AcceleratorError
    too where another than torch's allocator asked for it, and is none of these.
    """
    if is_out_of_memory(error):
        return False
    if isinstance(error, DeviceLost | torch.AcceleratorError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in LOST_WORDS)
