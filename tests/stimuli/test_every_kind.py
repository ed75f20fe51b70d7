"""One zip with every kind of file that people send, through a whole import: each kept as what it shows, or told of."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from PIL import Image

from colortest.stimuli import rendering
from colortest.stimuli.models import ImportedFile, TestSet, read_stimulus
from tests.cast import photographs
from tests.stimuli.test_archive import set_in_list
from tests.stimuli.test_rendering import file_of, png_header, swapped_profile

pytestmark = pytest.mark.django_db
SLIGHT = 12  # levels of 255 on average: what JPEG, a palette of 256 and setting the lightness cost

Made = tuple[bytes, Image.Image]


def png_of_16_bits(image: Image.Image) -> bytes:
    """RGB of 16 bits a channel, which Pillow reads and does not write."""
    lines = b"".join(b"\0" + line.tobytes() for line in (np.asarray(image).astype(">u2") * 257).astype(">u2"))
    header = struct.pack(">IIBBBBB", image.width, image.height, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    told = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)


def turned(image: Image.Image) -> Made:
    exif = Image.Exif()
    exif[0x0112] = 6  # show it turned by 90 degrees clockwise
    return file_of(image, "JPEG", exif=exif), image.transpose(Image.Transpose.ROTATE_270)


def animated(image: Image.Image) -> Made:
    return file_of(image, "GIF", save_all=True, append_images=[image.rotate(180)]), image


def transparent(image: Image.Image) -> Made:
    """Its left half is not there."""
    dressed, seen, left = image.convert("RGBA"), image.copy(), (0, 0, image.width // 2, image.height)
    dressed.paste((0, 0, 0, 0), left)
    seen.paste("white", left)
    return file_of(dressed, "PNG"), seen


def of_other_primaries(image: Image.Image) -> Made:
    red, green, blue = image.split()
    return file_of(image, "PNG", icc_profile=swapped_profile()), Image.merge("RGB", (green, red, blue))


# What is kept: a file of a photo, and how it is to look.
KEPT: dict[str, Callable[[Image.Image], Made]] = {
    "print.jpg": lambda image: (file_of(image.convert("CMYK"), "JPEG"), image),
    "deep.png": lambda image: (png_of_16_bits(image), image),
    "deep-grey.png": lambda image: (
        file_of(Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257), "PNG"),
        image.convert("L").convert("RGB"),
    ),
    "Palette.png": lambda image: (file_of(image.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"), image),
    "alpha.png": transparent,
    "grey.jpg": lambda image: (file_of(image.convert("L"), "JPEG"), image.convert("L").convert("RGB")),
    "turned.jpg": turned,
    "wide.png": of_other_primaries,
    "animated.gif": animated,
    "new.avif": lambda image: (file_of(image, "AVIF"), image),
    "mislabelled.jpg": lambda image: (file_of(image, "PNG"), image),
    "日本.jpg": lambda image: (file_of(image, "JPEG"), image),
}
# And what is told of it.
REMARKS = {
    "print.jpg": "Its colours for print (CMYK) became those of a screen.",
    "deep.png": "Its 16 bits became 8.",
    "deep-grey.png": "It has no colours. Its 16 bits became 8.",
    "Palette.png": "Its palette became full colours.",
    "alpha.png": "What is transparent in it became white.",
    "grey.jpg": "It has no colours.",
    "turned.jpg": "It was turned as its camera noted.",
    "wide.png": "Its colours were converted from its own profile.",
    "animated.gif": "Of its frames the first is taken. Its palette became full colours.",
}
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
# What is not: its content, and its sentence.
REFUSED: dict[str, tuple[bytes, str]] = {
    "../out.jpg": (b"x", "Its path leads out of the zip"),
    "/absolute.jpg": (b"x", "Its path begins at the root of a disk"),
    "C:\\windows.jpg": (b"x", "Its path begins with a drive of Windows"),
    "more.zip": (b"PK", "An archive inside is not opened"),
    "phone.heic": (HEIC, "HEIC photos cannot be read here"),
    "phone-named.jpg": (HEIC, "HEIC photos cannot be read here"),
    "words.jpg": (b"Words, and no picture", "This is not a photo in a format that is accepted"),
    "words.txt": (b"Words", "It is not a photo"),
    "pixels.png": (png_header(10_000, 10_000), "The photo has 100.0 megapixels, the limit is 50"),
    "all-pixels.png": (png_header(60_000, 60_000), "The photo has more than 178 megapixels"),
    "empty.jpg": (b"", "The file is empty"),
    "palette.png": (b"x", "Another file has the same name but for capitals"),
    "n" * 10_000 + ".jpg": (b"x", "Its name has more than 255 characters"),
}


@pytest.fixture
def photos() -> dict[str, Made]:
    images = (image.resize((256, 256)) for _, _, image in photographs(len(KEPT)))
    return {name: make(image) for (name, make), image in zip(KEPT.items(), images, strict=True)}


@pytest.fixture
def archive(tmp_path: Path, photos: dict[str, Made]) -> Path:
    path = tmp_path / "zoo.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("aa-protected.jpg", b"x")  # the first: `set_in_list` changes that one
        for name, (data, _) in photos.items():
            file.writestr(name, data)
        for name, (data, _) in REFUSED.items():
            file.writestr(name, data)
        file.writestr("cut.jpg", photos["turned.jpg"][0][:3000])
        link = zipfile.ZipInfo("link.jpg")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("swells.bmp", bytes(10**6), zipfile.ZIP_DEFLATED)
    set_in_list(path, offset=8, value=struct.pack("<H", 1))
    return path


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_each_kind_is_kept_as_what_it_shows_or_has_its_sentence(archive: Path, photos: dict[str, Made]) -> None:
    call_command("import_test_set", archive, name="Zoo", review=True, stderr=io.StringIO())
    files = ImportedFile.objects.select_related("photo")
    kept = {file.name: file.photo for file in files if file.photo}
    assert set(kept) == set(KEPT)
    for name, (_, look) in photos.items():
        shown = rendering.stored(read_stimulus(kept[name].file))
        assert np.abs(np.asarray(shown, float) - np.asarray(rendering.render(look), float)).mean() < SLIGHT, name
    assert {file.name: file.told for file in files if file.photo and file.told} == REMARKS
    told = {file.name: file.reason for file in files if not file.photo}
    for name, (_, sentence) in REFUSED.items():
        shown_name = name.replace("\\", "/") if len(name) < 255 else next(one for one in told if one.startswith("nnn"))
        assert told.pop(shown_name).startswith(sentence), name
    assert {name: reason.split(":")[0].rstrip(".") for name, reason in told.items()} == {
        "aa-protected.jpg": "It is protected by a password",
        "cut.jpg": "The photo is damaged or cut short",
        "link.jpg": "It is a link",
        "swells.bmp": "It would unpack to more than 200 times its size, which no photo does",
    }
    assert TestSet.objects.get().status == "CHECKED"
