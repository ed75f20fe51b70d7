"""Zips of fakes, as somebody elsewhere made them."""

import io
import zipfile

from PIL import Image

from tests.cast import fake_colorizer, photographs


def fakes(count: int, *, folder: str = "", ending: str = ".png") -> dict[str, bytes]:
    """Pictures by name, in the order of the cast's photographs."""
    return {
        f"{folder}{name.rsplit('.', 1)[0]}{ending}": picture(fake_colorizer(image), ending)
        for _, name, image in photographs(count)
    }


def picture(image: Image.Image, ending: str = ".png") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG" if ending == ".png" else "JPEG", **({} if ending == ".png" else {"quality": 95}))
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()
