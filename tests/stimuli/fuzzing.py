"""Damaged uploads by the thousand: whatever the bytes, a photo or one sentence, in bounded memory, and nothing written.

    python -m tests.stimuli.fuzzing COUNT

Each input is a zip or a photo of which some bytes are changed, near its start or anywhere. It is walked, read, decoded
and rendered as an import does. Prints one line of JSON; ends with an error where anything but a refusal comes of one.
"""

import json
import os
import random
import re
import sys
import warnings
from collections import Counter
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image, ImageCms

from colortest.demo.photos import SOURCES
from colortest.stimuli.archive import BadArchive, BadEntry, Limits, Problem, walk
from colortest.stimuli.remarks import remarks
from colortest.stimuli.rendering import Unreadable, decode, render

SEED = 20261123
SENTENCE = re.compile(r"[A-Z][^\n]+\.")
LIMITS = Limits(max_files=50, max_file_bytes=2**20)
WRITING = os.O_WRONLY | os.O_RDWR


def photos() -> list[bytes]:
    """A small real photograph in every format and mode that is accepted."""
    with Image.open(next(one for one in SOURCES if one.name == "chelsea").file()) as opened:
        photo = opened.convert("RGB").resize((96, 72))
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = [saved(photo, form) for form in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF")]
    made += [saved(photo.convert(mode), "TIFF") for mode in ("CMYK", "LA", "P", "1", "I;16")]
    made += [saved(photo.convert(mode), "PNG") for mode in ("RGBA", "LA", "P", "I;16")]
    made += [saved(photo, "JPEG", exif=exif, icc_profile=profile), saved(photo, "TIFF", compression="tiff_lzw")]
    others = [photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    return made + [saved(photo, form, save_all=True, append_images=others) for form in ("GIF", "WEBP", "AVIF", "PNG")]


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def zips(files: list[bytes]) -> list[bytes]:
    """Of two photos each, a table of splits, and a note."""
    made = []
    for one, other in zip(files, files[1:], strict=False):
        buffer = BytesIO()
        with ZipFile(buffer, "w") as archive:
            archive.writestr("train/a.jpg", one)
            archive.writestr("test/b.png", other, ZIP_DEFLATED)
            archive.writestr("notes/é.txt", b"text")
            archive.writestr("manifest.csv", b"file,split\ntrain/a.jpg,x\ntest/b.png,y\n")
        made.append(buffer.getvalue())
    return made


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Some bytes changed, half of the time in the headers, sometimes cut short."""
    content = bytearray(data)
    end = min(300, len(content)) if dice.random() < 0.5 else len(content)
    for _ in range(dice.randint(1, 8)):
        content[dice.randrange(end)] = dice.choice((0, 255, 127, 128, dice.randrange(256)))
    return bytes(content[: dice.randrange(len(content))] if dice.random() < 0.1 else content)


def outcomes_of_zip(data: bytes) -> list[str]:
    try:
        found = list(walk(BytesIO(data), limits=LIMITS))  # type: ignore[arg-type]
    except BadArchive as refusal:
        return [str(refusal)]
    return [one.reason if isinstance(one, Problem) else outcome_of_entry(one.read) for one in found]


def outcome_of_entry(read: object) -> str:
    try:
        return outcome_of_photo(read())  # type: ignore[operator]
    except BadEntry as refusal:
        return str(refusal)


def outcome_of_photo(data: bytes) -> str:
    try:
        size = render(decode(data)).size
    except Unreadable as refusal:
        return str(refusal)
    told = remarks(data)
    assert not told or SENTENCE.fullmatch(told), told
    return "kept" if size == (256, 256) else "rendered to another size"


def run(count: int) -> dict[str, object]:
    written: list[str] = []
    sys.addaudithook(
        lambda event, facts: written.append(str(facts[0])) if event == "open" and (facts[2] or 0) & WRITING else None
    )
    dice, files = random.Random(SEED), photos()
    archives = zips(files)
    counts: Counter[str] = Counter()
    for number in range(count):
        if number % 2:
            outcomes = [outcome_of_photo(damaged(dice.choice(files), dice))]
        else:
            outcomes = outcomes_of_zip(damaged(dice.choice(archives), dice))
        for outcome in outcomes:
            assert outcome == "kept" or SENTENCE.fullmatch(outcome), outcome
            counts["kept" if outcome == "kept" else "refused"] += 1
    return {"inputs": count, **counts, "written": written, "peak_mib": peak_mib()}


def peak_mib() -> int:
    """Of this program alone: the maximum that getrusage tells is inherited from the process that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) // 1024


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # Pillow warns of what is wrong in a damaged file
    print(json.dumps(run(int(sys.argv[1]))))
