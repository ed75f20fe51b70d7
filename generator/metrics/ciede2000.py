"""Differences of colours as people see them: CIEDE2000.

Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula: implementation notes, supplementary test data,
and mathematical observations", Color Research and Application 30(1); with all weights kL, kC, kH = 1. The numbers in
parentheses are those of their equations.
"""

import torch
from torch import Tensor

FULL_TURN = 360.0


def delta_e(lab: Tensor, other: Tensor) -> Tensor:
    """CIEDE2000 (B, H, W) between two Lab images (B, 3, H, W). About 1 is just visible side by side."""
    lightness, a, b = lab.unbind(dim=1)
    other_lightness, other_a, other_b = other.unbind(dim=1)
    stretch = _stretch((torch.hypot(a, b) + torch.hypot(other_a, other_b)) / 2)
    chroma, hue = _polar(a * stretch, b)
    other_chroma, other_hue = _polar(other_a * stretch, other_b)
    grey = chroma * other_chroma == 0

    turn = torch.where(grey, 0, _shortest_turn(other_hue - hue))  # (10)
    middle_lightness = (lightness + other_lightness) / 2
    middle_chroma = (chroma + other_chroma) / 2
    middle_hue = torch.where(grey, hue + other_hue, _middle(hue, other_hue))  # (14)

    lightness_part = (other_lightness - lightness) / _lightness_scale(middle_lightness)
    chroma_part = (other_chroma - chroma) / (1 + 0.045 * middle_chroma)  # (19)
    hue_difference = 2 * (chroma * other_chroma).sqrt() * _sin(turn / 2)  # (11)
    hue_part = hue_difference / (1 + 0.015 * middle_chroma * _hue_weight(middle_hue))  # (20)
    rotation = _rotation(middle_chroma, middle_hue) * chroma_part * hue_part
    squared = lightness_part**2 + chroma_part**2 + hue_part**2 + rotation  # (22)
    return squared.clamp(min=0).sqrt()


def _stretch(chroma: Tensor) -> Tensor:
    """By how much a* of pale colours counts more (4, 5)."""
    return 1.5 - 0.5 * _saturation(chroma)


def _polar(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Chroma and hue in 0..360 degrees (6, 7)."""
    return torch.hypot(a, b), torch.rad2deg(torch.atan2(b, a)) % FULL_TURN


def _shortest_turn(degrees: Tensor) -> Tensor:
    beyond = degrees.abs() > FULL_TURN / 2
    return torch.where(beyond, degrees - FULL_TURN * degrees.sign(), degrees)


def _middle(hue: Tensor, other: Tensor) -> Tensor:
    """The hue half-way, on the shorter side of the circle."""
    total = hue + other
    around = torch.where(total < FULL_TURN, total + FULL_TURN, total - FULL_TURN)
    return torch.where((hue - other).abs() > FULL_TURN / 2, around, total) / 2


def _lightness_scale(lightness: Tensor) -> Tensor:
    """(18)"""
    offset = (lightness - 50) ** 2
    return 1 + 0.015 * offset / (20 + offset).sqrt()


def _hue_weight(hue: Tensor) -> Tensor:
    """(15)"""
    return 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.20 * _cos(4 * hue - 63)


def _rotation(chroma: Tensor, hue: Tensor) -> Tensor:
    """The tie of chroma and hue in blue colours (16, 17, 21)."""
    angle = 60 * torch.exp(-(((hue - 275) / 25) ** 2))
    return -2 * _saturation(chroma) * _sin(angle)


def _saturation(chroma: Tensor) -> Tensor:
    """Half of (17), and the root in (4)."""
    # A power of seven first would leave float32's range of exact sums; the ratio does not.
    ratio = (chroma / 25) ** 7
    return (ratio / (ratio + 1)).sqrt()


def _sin(degrees: Tensor) -> Tensor:
    return torch.deg2rad(degrees).sin()


def _cos(degrees: Tensor) -> Tensor:
    return torch.deg2rad(degrees).cos()
