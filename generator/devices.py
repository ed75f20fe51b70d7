"""Where networks compute unless somebody says otherwise."""

import torch


def usual_device() -> torch.device:
    """A GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
