"""What becomes of a photo that holds more, or other things, than a stimulus does: a sentence each. Pure."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageCms

from colortest.stimuli.rendering import ACCEPTED

ORIENTATION = 0x0112  # in EXIF; 1 is upright
GREY = ("1", "L", "LA")
PATCHES = bytes((255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 120, 60, 60, 200, 120, 120, 60, 200))
ROUNDING = 3  # levels


def remarks(data: bytes) -> str:
    """What is told of a file that `rendering.decode` reads, from its header; empty where nothing is to be told."""
    with Image.open(BytesIO(data), formats=ACCEPTED) as image:
        return " ".join(sentence for sentence, holds in _SENTENCES.items() if _holds(holds, image))


def _holds(question: Callable[[Image.Image], bool], image: Image.Image) -> bool:
    try:
        return question(image)
    except Exception:  # noqa: BLE001 - whatever is broken beside the pixels, decoding has passed it over as well
        return False


def _is_animated(image: Image.Image) -> bool:
    return bool(getattr(image, "is_animated", False))


def _is_grey(image: Image.Image) -> bool:
    return image.mode in GREY or image.mode.startswith("I;16")


def _is_deep(image: Image.Image) -> bool:
    """By what the decoder is told of the samples, for Pillow's own modes of colour have eight bits."""
    tile = getattr(image, "tile", [])
    how = tile[0][3] if tile else ""
    raw = how if isinstance(how, str) else str(how[0])
    return image.mode.startswith("I;16") or ";16" in raw


def _is_turned(image: Image.Image) -> bool:
    return image.getexif().get(ORIENTATION, 1) in range(2, 9)


def _has_other_profile(image: Image.Image) -> bool:
    """Whether it changes colours by more than rounding does: names of profiles tell little."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA"):
        return False
    patches = Image.frombytes("RGB", (len(PATCHES) // 3, 1), PATCHES)
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    seen = ImageCms.profileToProfile(patches, source, ImageCms.createProfile("sRGB")) or patches
    return max(abs(one - other) for one, other in zip(seen.tobytes(), PATCHES, strict=True)) > ROUNDING


_SENTENCES: dict[str, Callable[[Image.Image], bool]] = {
    "Of its frames the first is taken.": _is_animated,
    "It has no colours.": _is_grey,
    "Its colours for print (CMYK) became those of a screen.": lambda image: image.mode == "CMYK",
    "Its 16 bits became 8.": _is_deep,
    "Its palette became full colours.": lambda image: image.mode in ("P", "PA"),
    "What is transparent in it became white.": lambda image: image.has_transparency_data,
    "It was turned as its camera noted.": _is_turned,
    "Its colours were converted from its own profile.": _has_other_profile,
}
