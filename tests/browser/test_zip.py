"""The zip that a page makes of a folder, where the plain format ends."""

import io
import zipfile

import pytest
from playwright.sync_api import Page

from colortest.stimuli.archive import Entry, walk


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        ({"files": 0xFFFF, "bytes": 0xFFFFFFFF}, 0),
        ({"files": 5, "bytes": 0xFFFFFFFF}, 1),
        ({"files": 0xFFFF, "bytes": 200}, 1),
    ],
)
def test_a_zip_of_more_files_or_bytes_than_the_plain_format_holds_is_one_that_others_read(
    page: Page, site: str, most: dict[str, int], marks: int
) -> None:
    """On little data: where the plain format ends is told to the writer, which then writes as if it were there."""
    page.goto(site)
    files = {f"street/{number}-ä.jpg": bytes([number]) * (10 * number) for number in range(9)}
    whole = bytes(page.evaluate(ZIPPED, [{path: list(data) for path, data in files.items()}, most]))
    assert whole.count(b"PK\x06\x06") == whole.count(b"PK\x06\x07") == marks
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
    entries = [one for one in walk(io.BytesIO(whole)) if isinstance(one, Entry)]  # type: ignore[arg-type]
    assert {one.name: one.read() for one in entries} == files


ZIPPED = """async ([files, most]) => {
  const { zipOf } = await import("/static/colortest/zip.js");
  const file = (bytes) => new File([new Uint8Array(bytes)], "a");
  const listed = Object.entries(files).map(([path, bytes]) => ({ path, file: file(bytes) }));
  const zip = zipOf("street", listed, most);
  const all = [];
  for await (const piece of zip.pieces()) all.push(...piece);
  if (all.length !== zip.size) throw new Error(`${all.length} bytes, and ${zip.size} were promised`);
  return all;
}"""
