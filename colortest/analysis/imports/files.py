"""Reads a whole file of responses, whatever its bytes are. Pure."""

import csv
import io
from collections.abc import Iterator
from typing import IO

from colortest.analysis.imports.amt import read_wide
from colortest.analysis.imports.reading import Content, Unusable
from colortest.analysis.imports.tidy import read_tidy

TIDY, AMT = "tidy", "amt"
FORMATS = (TIDY, AMT)


def read_file(file: IO[bytes], form: str, *, practice: int) -> Content:
    """Everything in a file of one of FORMATS; what cannot be taken is among the problems.

    practice: of the AMT table, how many trials of each row are practice.

    Raises:
        Unusable: it is no such file.
    """
    lines = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        return read_tidy(_text(lines)) if form == TIDY else read_wide(_text(lines), practice=practice)
    except UnicodeDecodeError as error:
        raise Unusable("It is not text in UTF-8: save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise Unusable(f"It cannot be read as CSV: {error}.") from error
    finally:
        lines.detach()  # who opened the file closes it


def _text(lines: io.TextIOWrapper) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise Unusable(f"Line {number} holds a byte that no text has: save it as CSV in UTF-8.")
        yield line
