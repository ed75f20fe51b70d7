"""Files that torch wrote, read without running anything that is in them."""

from pathlib import Path
from typing import Any

import torch

from generator.memory import is_device_lost, is_out_of_memory


def read_torch(path: Path, device: torch.device | str = "cpu") -> Any:
    """The plain values and tensors that torch saved in a file. Raises ValueError for a file of anything else."""
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # whatever an unpickler stumbles over, in bytes that it did not write
        if isinstance(error, OSError) or is_out_of_memory(error) or is_device_lost(error):
            raise
        raise ValueError(f"{path} holds nothing that torch saved, or only a part of it") from error
