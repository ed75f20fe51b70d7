"""sRGB as in IEC 61966-2-1: codes of 0..255 for light. Pure."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (H, W, 3)

LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])  # of linear red, green and blue, D65

_CODES = np.arange(256) / 255
LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)  # by code
