"""The one way from an uploaded file to a stimulus: decode, render, hash, encode; and to what is sent.

Photos and colorizations go through the same functions, so that nothing but colour tells them apart. Pure:
bytes and images in, bytes and images out.
"""

import struct
import warnings
import zlib
from hashlib import sha256
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

SIDE = 256  # pixels of a stimulus, in Zhang 2016 and in the studies after it
SMALLEST_SIDE = 64  # below, a stimulus would be enlarged more than four times
MAX_PIXELS = 50_000_000

ACCEPTED = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF")
ACCEPTED_NAMES = "JPEG, PNG, WebP, AVIF, TIFF, BMP or GIF"
DAMAGED = "The photo is damaged or cut short: send the file again."

_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    RuntimeError,  # libavif's
    struct.error,
    zlib.error,
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_RGB = 2  # its colour type of three channels


class Unreadable(ValueError):  # noqa: N818 - a verdict on a file, not a fault of ours
    """A file that gives no photo. Its text is one sentence for its sender; callers add the file's name."""


def decode(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """The photo in `data` as upright sRGB in mode RGB; raises Unreadable.

    The format is read from the content, never from a name: one of ACCEPTED, of which an animation gives its
    first frame. Pixels are counted in the header, before anything is decoded; Pillow's own limit of 178
    megapixels holds whatever `max_pixels` says. An embedded colour profile is applied, a broken one ignored,
    as browsers do. Transparent parts become white.
    """
    if not data:
        raise Unreadable("The file is empty.")
    image = _open(data)
    _check_pixels(image.size, max_pixels)
    try:
        image.load()
    except _DAMAGE as error:
        raise Unreadable(DAMAGED) from error
    upright = _upright(image)
    if min(upright.size) < SMALLEST_SIDE:
        raise Unreadable(
            f"The photo is {upright.width} × {upright.height} pixels; a side needs at least {SMALLEST_SIDE}."
        )
    return _to_srgb(upright)


def render(image: Image.Image) -> Image.Image:
    """The stimulus of an RGB image of any size: its central square, at SIDE × SIDE pixels.

    Lanczos both ways. An image that has the size already keeps every pixel: rendering twice changes nothing.
    """
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def pixel_hash(image: Image.Image) -> str:
    """SHA-256 of size and pixels, in hex: equal for two files exactly when they show the same."""
    size = f"{image.mode} {image.width} {image.height} ".encode()
    return sha256(size + image.tobytes()).hexdigest()


def encode(image: Image.Image) -> bytes:
    """Lossless WebP of an RGB image, exact to the pixel and without any metadata."""
    buffer = BytesIO()
    image.save(buffer, "WEBP", lossless=True, method=0, exact=True, icc_profile=b"", exif=b"", xmp=b"")
    return buffer.getvalue()


def plain(image: Image.Image) -> bytes:
    """An RGB image as a participant's browser gets it: PNG whose pixels are stored and not compressed.

    Two images of one size differ in nothing but pixels and checksums: neither in length nor, as a compressed one padded
    to a common length would, in where a decoder stops reading.
    """
    line = 3 * image.width
    pixels = image.tobytes()
    filtered = b"".join(b"\0" + pixels[start : start + line] for start in range(0, len(pixels), line))
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, _PNG_RGB, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered, level=0)), (b"IEND", b""))
    return _PNG_SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def stored(data: bytes) -> Image.Image:
    """The RGB image that `encode` made these bytes of."""
    with Image.open(BytesIO(data), formats=("WEBP",)) as opened:
        return opened.convert("RGB")


def _chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file: length, name, data, checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _open(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures from 89 megapixels on; our limit is lower, and refuses.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(BytesIO(data), formats=ACCEPTED)
    except UnidentifiedImageError as error:
        raise Unreadable(_why_unidentified(data)) from error
    except Image.DecompressionBombError as error:
        raise Unreadable("The photo has more than 178 megapixels: shrink it.") from error
    except _DAMAGE as error:
        raise Unreadable("The photo's header is damaged: send the file again.") from error


def _why_unidentified(data: bytes) -> str:
    """ISO base media files have their brand after the size and name of their first box."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand in (b"avif", b"avis"):
        return DAMAGED
    if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return "HEIC photos cannot be read here: export it as JPEG."
    return f"This is not a photo in a format that is accepted: {ACCEPTED_NAMES}."


def _check_pixels(size: tuple[int, int], max_pixels: int) -> None:
    pixels = size[0] * size[1]
    if pixels > max_pixels:
        raise Unreadable(f"The photo has {pixels / 1e6:.1f} megapixels, the limit is {max_pixels / 1e6:g}: shrink it.")


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except _DAMAGE:
        return image  # a broken EXIF block says nothing about orientation, and the pixels are fine


def _to_srgb(image: Image.Image) -> Image.Image:
    """Any mode that a photo file can have, in mode RGB with sRGB values and nothing attached."""
    profile = image.info.get("icc_profile")
    try:
        flat = _flat(image)
        rgb = (_apply_profile(flat, profile) if profile else None) or flat.convert("RGB")
    except ValueError as error:
        raise Unreadable(f"Photos stored as {image.mode} cannot be read: save it as JPEG or PNG.") from error
    rgb.info = {}
    return rgb


def _flat(image: Image.Image) -> Image.Image:
    """The image in 8 bits without transparency: L, RGB or CMYK; ValueError where its range is unknown."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image, dtype=np.float32) / 257).round().astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("32-bit values have no known white")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _apply_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The image from its own profile to sRGB; None where the profile is broken or of another mode."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (OSError, ImageCms.PyCMSError):
        return None
