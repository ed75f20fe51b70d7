"""sRGB and CIELab (D65) in float32 torch, and the one way here to join a lightness with colours.

Images are tensors (B, 3, H, W): sRGB in 0..1; L* in 0..100, a* and b* about -110..110.
The formulas are IEC 61966-2-1 and CIE 15. The white point is the sums of the matrix' rows instead of a rounded
constant, so that a grey pixel has no colour at all (|a*|, |b*| < 3e-5).
"""

import torch
from torch import Tensor

RGB_TO_XYZ = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
GAMUT_TOLERANCE = 1e-4  # in linear light: less than a tenth of the smallest step of eight bits
GAMUT_HALVINGS = 12  # chroma is found to 1/4096 of itself

_DELTA = 6 / 29  # where CIELab's cube root becomes a straight line


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """sRGB (B, 3, H, W) in 0..1 to CIELab. Gradients are finite everywhere, black included."""
    linear = _linear_from_srgb(rgb)
    xyz = _mix(linear, _matrix(rgb) / _white(rgb)[:, None])
    f = _lab_f(xyz)
    x, y, z = f[:, 0:1], f[:, 1:2], f[:, 2:3]
    return torch.cat([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def lab_to_rgb(lab: Tensor) -> Tensor:
    """CIELab to sRGB, not clipped: colours that no screen shows lie outside 0..1."""
    return _srgb_from_linear(_linear_from_lab(lab))


def join(lightness: Tensor, ab: Tensor) -> Tensor:
    """The sRGB image (B, 3, H, W) in 0..1 with this L* (B, 1, H, W) and these colours ab (B, 2, H, W).

    A colour outside sRGB keeps its hue and loses chroma until it fits, so L* stays as given.
    """
    return lab_to_rgb(fit_gamut(torch.cat([lightness, ab], dim=1))).clamp(0, 1)


@torch.no_grad()
def fit_gamut(lab: Tensor) -> Tensor:
    """Scale a* and b* of each pixel by the largest share (at most 1) that sRGB can show; L* is untouched.

    Clipping R, G and B instead would change lightness, and give a colorization away by its light.
    """
    pixels = lab.movedim(1, -1).reshape(-1, 3, 1, 1)
    outside = ~_in_gamut(pixels)
    if not outside.any():
        return lab
    fitted = pixels.clone()
    fitted[outside] = _shrink_chroma(pixels[outside])
    return fitted.reshape(lab.shape[0], *lab.shape[2:], 3).movedim(-1, 1)


def share_out_of_gamut(lab: Tensor) -> float:
    """The share of pixels (0..1) that sRGB cannot show."""
    pixels = lab.movedim(1, -1).reshape(-1, 3, 1, 1)
    return float((~_in_gamut(pixels)).float().mean())


def _shrink_chroma(pixels: Tensor) -> Tensor:
    """Bisection on the share of chroma for pixels (N, 3, 1, 1); grey is always inside, so it ends inside."""
    inside = torch.zeros_like(pixels[:, :1])
    beyond = torch.ones_like(inside)
    for _ in range(GAMUT_HALVINGS):
        middle = (inside + beyond) / 2
        fits = _in_gamut(_scale_chroma(pixels, middle))[:, None, None, None]
        inside, beyond = torch.where(fits, middle, inside), torch.where(fits, beyond, middle)
    return _scale_chroma(pixels, inside)


def _scale_chroma(lab: Tensor, share: Tensor) -> Tensor:
    return torch.cat([lab[:, :1], lab[:, 1:] * share], dim=1)


def _in_gamut(pixels: Tensor) -> Tensor:
    """(N,) booleans for pixels (N, 3, 1, 1)."""
    linear = _linear_from_lab(pixels)
    return ((linear >= -GAMUT_TOLERANCE) & (linear <= 1 + GAMUT_TOLERANCE)).flatten(1).all(dim=1)


def _linear_from_lab(lab: Tensor) -> Tensor:
    y = (lab[:, 0:1] + 16) / 116
    f = torch.cat([y + lab[:, 1:2] / 500, y, y - lab[:, 2:3] / 200], dim=1)
    xyz = torch.where(f > _DELTA, f**3, 3 * _DELTA**2 * (f - 4 / 29))
    return _mix(xyz, torch.linalg.inv(_matrix(lab) / _white(lab)[:, None]))


# Each power is taken of a clamped value: `where` alone would still send the NaN of the other branch back.


def _lab_f(t: Tensor) -> Tensor:
    return torch.where(t > _DELTA**3, t.clamp(min=_DELTA**3) ** (1 / 3), t / (3 * _DELTA**2) + 4 / 29)


def _linear_from_srgb(c: Tensor) -> Tensor:
    return torch.where(c > 0.04045, ((c.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4, c / 12.92)


def _srgb_from_linear(c: Tensor) -> Tensor:
    return torch.where(c > 0.0031308, 1.055 * c.clamp(min=0.0031308) ** (1 / 2.4) - 0.055, 12.92 * c)


def _mix(image: Tensor, matrix: Tensor) -> Tensor:
    return torch.einsum("ij,bjhw->bihw", matrix, image)


def _matrix(like: Tensor) -> Tensor:
    return torch.tensor(RGB_TO_XYZ, dtype=like.dtype, device=like.device)


def _white(like: Tensor) -> Tensor:
    return _matrix(like).sum(dim=1)
