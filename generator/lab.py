"""sRGB and CIELab (D65) in float32 torch, and the one way here to join a lightness with colours.

Images are tensors (B, 3, H, W): sRGB in 0..1; L* in 0..100, a* and b* about -110..110.
sRGB's curve is IEC 61966-2-1, CIELab is CIE 15. The matrix is that of ITU-R BT.709's primaries and D65, which are
sRGB's, in the six digits that scikit-image has; IEC 61966-2-1 itself prints four. The white point is the sums of the
matrix' rows instead of a rounded constant, so that a grey pixel has no colour at all (|a*|, |b*| < 3e-5).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

RGB_TO_XYZ = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
GAMUT_TOLERANCE = 1e-4  # in linear light: less than a tenth of the smallest step of eight bits
GAMUT_HALVINGS = 12  # chroma is found to 1/4096 of itself

_TO_XYZ = np.array(RGB_TO_XYZ) / np.sum(RGB_TO_XYZ, axis=1, keepdims=True)  # in which white is 1, 1, 1
_TO_RGB = np.linalg.inv(_TO_XYZ)
_DELTA = 6 / 29  # where CIELab's cube root becomes a straight line


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """sRGB (B, 3, H, W) in 0..1 to CIELab. Gradients are finite everywhere, black included."""
    x, y, z = _lab_f(_mix(_linear_from_srgb(rgb), _TO_XYZ)).unbind(dim=1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def rgb_to_lightness(rgb: Tensor) -> Tensor:
    """sRGB (B, 3, H, W) in 0..1 to L* (B, 1, H, W): `rgb_to_lab` without its other two thirds."""
    return 116 * _lab_f(_mix(_linear_from_srgb(rgb), _TO_XYZ[1:2])) - 16


def lab_to_rgb(lab: Tensor) -> Tensor:
    """CIELab to sRGB, not clipped: colours that no screen shows lie outside 0..1."""
    return _srgb_from_linear(_linear_from_lab(lab))


def join(lightness: Tensor, ab: Tensor) -> Tensor:
    """The sRGB image (B, 3, H, W) in 0..1 with this L* (B, 1, H, W) and these colours ab (B, 2, H, W).

    A colour outside sRGB keeps its hue and loses chroma until it fits, so L* stays as given.
    """
    return lab_to_rgb(fit_gamut(torch.cat([lightness, ab], dim=1))).clamp_(0, 1)


def grey_image(lightness: Tensor) -> Tensor:
    """The sRGB image (B, 3, H, W) in 0..1 with this L* (B, 1, H, W) and no colour.

    It is one channel three times: rounding each by itself could leave a pixel one step of eight bits from grey.
    """
    no_colour = torch.zeros_like(lightness).expand(-1, 2, -1, -1)
    return join(lightness, no_colour)[:, :1].expand(-1, 3, -1, -1)


@torch.no_grad()
def fit_gamut(lab: Tensor) -> Tensor:
    """Scale a* and b* of each pixel by the largest share (at most 1) that sRGB can show; L* is untouched.

    Clipping R, G and B instead would change lightness, and give a colorization away by its light.
    """
    outside = ~_in_gamut(_linear_from_lab(lab))
    image, row, column = outside.nonzero(as_tuple=True)
    if not len(image):
        return lab
    fitted = lab.clone()
    lightness, a, b = (lab[image, channel, row, column] for channel in range(3))
    share = _share_of_chroma(lightness, a, b)
    fitted[image, 1, row, column] = a * share
    fitted[image, 2, row, column] = b * share
    return fitted


def share_out_of_gamut(lab: Tensor) -> float:
    """The share of pixels (0..1) that sRGB cannot show."""
    return float((~_in_gamut(_linear_from_lab(lab))).float().mean())


def _share_of_chroma(lightness: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """(N,) for pixels (N,): bisection, one binary digit a step. Grey is always inside, so it ends inside.

    Y does not depend on chroma and is computed once; X and Z go side by side.
    """
    y = (lightness + 16) / 116
    to_rgb = torch.as_tensor(_TO_RGB, dtype=y.dtype, device=y.device)
    of_y = to_rgb[:, 1:2] * _from_f(y)
    away = torch.stack([a / 500, b / -200])
    share = torch.zeros_like(y)
    for halving in range(1, GAMUT_HALVINGS + 1):
        step = 0.5**halving
        linear = torch.addmm(of_y, to_rgb[:, ::2], _from_f(torch.addcmul(y, away, share + step)))
        share.add_(_in_gamut(linear[None], GAMUT_TOLERANCE / 2)[0], alpha=step)  # rounding must not undo it
    return share


def _in_gamut(linear: Tensor, tolerance: float = GAMUT_TOLERANCE) -> Tensor:
    """(B, ...) booleans for linear light (B, 3, ...), which is overwritten."""
    return linear.sub_(0.5).abs_().amax(dim=1) <= 0.5 + tolerance


# Each curve below has two pieces. They are put together of clamped values: `where` would send the NaN of the piece
# that is not meant back through the gradient, and is slow on a CPU. Work goes on in the tensor that the first step
# made, because fresh memory costs more than the arithmetic.


def _linear_from_lab(lab: Tensor) -> Tensor:
    y = (lab[:, 0:1] + 16) / 116
    return _mix(_from_f(torch.cat([y + lab[:, 1:2] / 500, y, y - lab[:, 2:3] / 200], dim=1)), _TO_RGB)


def _from_f(f: Tensor) -> Tensor:
    """X, Y or Z, white being 1: what `_lab_f` takes back."""
    line = f.clamp(max=_DELTA).sub_(_DELTA)
    return f.clamp(min=_DELTA).pow_(3).add_(line, alpha=3 * _DELTA**2)


def _lab_f(t: Tensor) -> Tensor:
    """The line is the cube root's tangent and lies above it, so the lesser of the two is the one that counts."""
    return torch.minimum(t.clamp(min=_DELTA**3).pow_(1 / 3), (t / (3 * _DELTA**2)).add_(4 / 29))


def _linear_from_srgb(c: Tensor) -> Tensor:
    knee = 0.04045
    line = c.clamp(max=knee).sub_(knee)
    return c.clamp(min=knee).add_(0.055).div_(1.055).pow_(2.4).add_(line, alpha=1 / 12.92)


def _srgb_from_linear(c: Tensor) -> Tensor:
    """Beyond the knee the line lies above the power, before it below the power's value at the knee."""
    return torch.minimum(c.clamp(min=0.0031308).pow_(1 / 2.4).mul_(1.055).sub_(0.055), c * 12.92)


def _mix(image: Tensor, matrix: NDArray[np.float64]) -> Tensor:
    return torch.einsum("ij,bjhw->bihw", torch.as_tensor(matrix, dtype=image.dtype, device=image.device), image)
