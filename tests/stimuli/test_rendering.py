"""From a file that somebody sent to the bytes that a participant's browser gets."""

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from playwright.sync_api import sync_playwright

from colortest.demo.photos import SOURCES
from colortest.stimuli.rendering import (
    Unreadable,
    decode,
    encode,
    pixel_hash,
    plain,
    render,
    stored,
)

CHROMIUM = Path("/usr/bin/chromium")
HEADERS = 49  # up to the first pixel: signature, header chunk, name and headers of the data chunk

# Every pixel of a PNG as Chromium decodes it for an <img> and for createImageBitmap.
DECODE_IN_PAGE = """
async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const blob = new Blob([bytes], {type: "image/png"});
  const img = new Image();
  img.src = URL.createObjectURL(blob);
  await img.decode();
  const pixels = (source) => {
    const canvas = new OffscreenCanvas(source.width, source.height);
    const context = canvas.getContext("2d");
    context.drawImage(source, 0, 0);
    const data = context.getImageData(0, 0, source.width, source.height).data;
    let text = "";
    for (let i = 0; i < data.length; i += 4096) text += String.fromCharCode(...data.subarray(i, i + 4096));
    return btoa(text);
  };
  return [pixels(img), pixels(await createImageBitmap(blob))];
}
"""


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    """A real photograph, 640 × 427."""
    source = next(source for source in SOURCES if source.name == "china")
    with Image.open(source.file()) as opened:
        return opened.convert("RGB")


def file_of(image: Image.Image, image_format: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, data)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def noise(side: int) -> Image.Image:
    values = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(values)


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


# Decoding


@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "BMP", "WEBP"])
def test_an_accepted_lossless_format_keeps_every_pixel(photo: Image.Image, image_format: str):
    options = {"lossless": True} if image_format == "WEBP" else {}
    assert decode(file_of(photo, image_format, **options)).tobytes() == photo.tobytes()


@pytest.mark.parametrize("image_format", ["JPEG", "GIF", "AVIF"])
def test_an_accepted_lossy_format_is_decoded(photo: Image.Image, image_format: str):
    decoded = decode(file_of(photo, image_format))
    assert decoded.mode == "RGB"
    assert difference(decoded, photo) < 12


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "AVIF", "TIFF"])
def test_the_first_frame_of_an_animation_is_the_photo(image_format: str):
    frames = [Image.new("RGB", (80, 80), colour) for colour in ("red", "blue")]
    data = file_of(frames[0], image_format, save_all=True, append_images=frames[1:])
    red, green, blue = decode(data).getpixel((40, 40))
    assert (red > 250, green < 5, blue < 5) == (True, True, True)


def test_a_photo_is_what_it_holds_whatever_its_name_says(photo: Image.Image):
    """Nobody tells `decode` the name: a PNG named .jpg is a PNG, and text named .jpg no photo."""
    assert decode(file_of(photo, "PNG")).tobytes() == photo.tobytes()


def test_the_orientation_that_the_camera_noted_is_applied(photo: Image.Image):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it turned by 90 degrees clockwise
    upright = decode(file_of(photo, "PNG", exif=exif))
    assert upright.tobytes() == photo.transpose(Image.Transpose.ROTATE_270).tobytes()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_exif_block_costs_nothing(photo: Image.Image):
    data = file_of(photo, "PNG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff nonsense")
    assert decode(data).tobytes() == photo.tobytes()


def test_a_colour_profile_is_converted_to_srgb_and_leaves_no_trace(photo: Image.Image):
    decoded = decode(file_of(photo, "PNG", icc_profile=swapped_profile()))
    red, green, blue = photo.split()
    expected = Image.merge("RGB", (green, red, blue))  # what a profile with red and green exchanged means
    assert difference(decoded, expected) < 2
    assert not decoded.info


def swapped_profile() -> bytes:
    """sRGB with the primaries of red and green exchanged: a profile whose effect is known by hand."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    table = range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12)
    entry = {bytes(profile[at : at + 4]): at for at in table}
    red, green = entry[b"rXYZ"], entry[b"gXYZ"]
    profile[red + 4 : red + 8], profile[green + 4 : green + 8] = (
        profile[green + 4 : green + 8],
        profile[red + 4 : red + 8],
    )
    return bytes(profile)


def test_a_broken_colour_profile_is_ignored_as_browsers_do(photo: Image.Image):
    assert decode(file_of(photo, "PNG", icc_profile=b"no profile")).tobytes() == photo.tobytes()


def test_a_profile_of_another_mode_is_ignored(photo: Image.Image):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    grey = photo.convert("L")
    assert decode(file_of(grey, "PNG", icc_profile=srgb)).tobytes() == grey.convert("RGB").tobytes()


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK"])
def test_grey_palette_and_print_colours_become_rgb(photo: Image.Image, mode: str):
    converted = photo.convert(mode)
    decoded = decode(file_of(converted, "TIFF"))
    assert decoded.mode == "RGB"
    assert difference(decoded, converted.convert("RGB")) < 1


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_cut_off(image_format: str):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    decoded = decode(file_of(Image.fromarray(np.tile(ramp, (256, 1))), image_format))
    assert [decoded.getpixel((x, 9)) for x in (0, 100, 255)] == [(v, v, v) for v in (0, 100, 255)]


def test_transparent_parts_become_white_whatever_colour_they_hide():
    image = Image.new("RGBA", (80, 80), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 40, 80))
    decoded = decode(file_of(image, "PNG"))
    assert decoded.getpixel((10, 10)) == (0, 0, 255)
    assert decoded.getpixel((70, 10)) == (255, 255, 255)


def test_a_transparent_palette_becomes_white_too():
    image = Image.new("P", (80, 80), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    assert decode(file_of(image, "GIF", transparency=0)).getpixel((5, 5)) == (255, 255, 255)


# What is refused, and how


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Just some text that someone named holiday.jpg", "JPEG, PNG, WebP, AVIF, TIFF, BMP or GIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC photos cannot be read here"),
        (b"%PDF-1.7 and so on", "not a photo in a format that is accepted"),
    ],
)
def test_a_file_that_is_no_photo_is_refused(data: bytes, sentence: str):
    with pytest.raises(Unreadable, match=sentence):
        decode(data)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_of_100_megapixels_is_refused_by_its_header():
    with pytest.raises(Unreadable, match=r"has 100\.0 megapixels, the limit is 50: shrink it"):
        decode(png_header(10_000, 10_000))


def test_a_bomb_beyond_pillows_own_limit_is_refused_too():
    with pytest.raises(Unreadable, match="megapixels"):
        decode(png_header(60_000, 60_000))


def test_the_limit_of_pixels_is_an_argument(photo: Image.Image):
    data = file_of(photo, "PNG")
    assert decode(data, max_pixels=640 * 427).size == (640, 427)
    with pytest.raises(Unreadable, match=r"0\.3 megapixels, the limit is 0\.2"):
        decode(data, max_pixels=200_000)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "AVIF"])
def test_a_photo_cut_short_is_refused_and_not_shown_half_grey(photo: Image.Image, image_format: str):
    data = file_of(photo, image_format)
    with pytest.raises(Unreadable, match="damaged"):
        decode(data[: len(data) // 2])


def test_a_photo_too_small_to_judge_is_refused(photo: Image.Image):
    with pytest.raises(Unreadable, match="63 × 200 pixels; a side needs at least 64"):
        decode(file_of(photo.resize((63, 200)), "PNG"))


def test_values_without_a_known_white_are_refused():
    image = Image.fromarray(np.ones((80, 80), dtype=np.float32))
    with pytest.raises(Unreadable, match="stored as F"):
        decode(file_of(image, "TIFF"))


def decoded_or_refused(file: bytes) -> str:
    try:
        return decode(file).mode
    except Unreadable as refusal:
        return str(refusal)


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what is wrong in a damaged file
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_damage_anywhere_gives_a_photo_or_one_sentence(data: st.DataObject):
    image = noise(80)
    file = bytearray(file_of(image, data.draw(st.sampled_from(["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "AVIF"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        near_start = data.draw(st.booleans())
        file[data.draw(st.integers(0, 200 if near_start else len(file) - 1))] = data.draw(st.integers(0, 255))
    outcome = decoded_or_refused(bytes(file))
    assert outcome == "RGB" or re.fullmatch(r"[A-Z][^\n]+\.", outcome)


# Rendering


def test_the_stimulus_is_the_central_square_at_256_pixels():
    image = Image.new("RGB", (600, 300), "red")
    image.paste((0, 255, 0), (150, 0, 450, 300))
    stimulus = render(image)
    assert stimulus.size == (256, 256)
    assert stimulus.getcolors() == [(256 * 256, (0, 255, 0))]


def test_rendering_a_stimulus_again_changes_no_pixel(photo: Image.Image):
    stimulus = render(photo)
    assert render(stimulus).tobytes() == stimulus.tobytes()


def test_a_small_photo_is_enlarged_to_the_common_size(photo: Image.Image):
    assert render(photo.resize((64, 90))).size == (256, 256)


def test_the_hash_is_of_what_is_seen_and_not_of_the_file(photo: Image.Image):
    seen = {pixel_hash(decode(file_of(photo, image_format))) for image_format in ("PNG", "BMP", "TIFF")}
    assert len(seen) == 1
    assert pixel_hash(photo) != pixel_hash(photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert pixel_hash(Image.new("RGB", (2, 8))) != pixel_hash(Image.new("RGB", (8, 2)))


# Encoding and sending


@pytest.fixture(scope="module")
def stimulus(photo: Image.Image) -> Image.Image:
    return render(photo)


@pytest.fixture(scope="module")
def grey(stimulus: Image.Image) -> Image.Image:
    """What the grey baseline makes of it: an image that compresses much better."""
    return stimulus.convert("L").convert("RGB")


def test_encoding_keeps_every_pixel_and_no_metadata(stimulus: Image.Image):
    dressed = stimulus.copy()
    dressed.info = {"icc_profile": swapped_profile(), "exif": b"Exif\x00\x00secret", "comment": b"real"}
    assert encode(dressed) == encode(stimulus)
    with Image.open(BytesIO(encode(stimulus))) as decoded:
        assert decoded.convert("RGB").tobytes() == stimulus.tobytes()


def test_what_is_stored_opens_as_the_same_pixels(stimulus: Image.Image):
    assert stored(encode(stimulus)).tobytes() == stimulus.tobytes()


def test_what_is_sent_is_a_png_of_the_same_pixels(stimulus: Image.Image, grey: Image.Image):
    for image in (stimulus, grey):
        with Image.open(BytesIO(plain(image))) as sent:
            assert (sent.format, sent.mode, sent.tobytes()) == ("PNG", "RGB", image.tobytes())
            assert sent.info == {}


def test_images_that_compress_differently_are_sent_in_the_same_length_and_layout(
    stimulus: Image.Image, grey: Image.Image
):
    assert len(encode(grey)) < len(encode(stimulus))
    sent = [plain(image) for image in (stimulus, grey, Image.new("RGB", stimulus.size))]
    assert len({len(data) for data in sent}) == 1
    assert len({data[:HEADERS] for data in sent}) == 1
    chunks = [[(name, len(content)) for name, content in chunks_of(data)] for data in sent]
    assert chunks[0] == chunks[1] == chunks[2]
    assert [name for name, _ in chunks[0]] == [b"IHDR", b"IDAT", b"IEND"]


def test_no_decoder_is_done_sooner_with_one_image_than_with_another(stimulus: Image.Image, grey: Image.Image):
    """A compressed picture in a padded file ends where its own data end; whoever cuts the file short finds out."""
    for image in (stimulus, grey):
        data = dict(chunks_of(plain(image)))[b"IDAT"]
        unpacking = zlib.decompressobj()
        unpacking.decompress(data[:-5])  # the checksum, and one byte of the last pixel
        assert not unpacking.eof
        unpacking.decompress(data[-5:])
        assert unpacking.eof
        assert unpacking.unused_data == b""


def chunks_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, content) of each chunk of a PNG file."""
    at = 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")
def test_chromium_shows_what_is_sent_pixel_for_pixel(stimulus: Image.Image, grey: Image.Image):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        for image in (stimulus, grey):
            shown = page.evaluate(DECODE_IN_PAGE, base64.b64encode(plain(image)).decode())
            expected = image.convert("RGBA").tobytes()
            assert [base64.b64decode(pixels) == expected for pixels in shown] == [True, True]
        browser.close()
