"""A table that says which split each photo belongs to: `file,split,…`. Pure: text in, names out."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from colortest.stimuli.archive.files import BadArchive, Entry, Problem, printable

NOT_NAMED = "The manifest does not name it: add a line for it."
NOT_THERE = "The manifest names it, and it is not in the upload."


def read_manifest(data: bytes, *, most: int, longest_split: int) -> dict[str, str]:
    """{file: split} of a CSV whose first line has the columns `file` and `split`; commas, semicolons or tabs.

    Raises:
        BadArchive: it is no such table, or names a file twice; the sentence has the line.
    """
    try:
        text = data.decode("utf-8-sig")
        return _read(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), most, longest_split)
    except UnicodeDecodeError as error:
        raise BadArchive("The manifest is not text in UTF-8: save it as such.") from error
    except csv.Error as error:
        raise BadArchive("The manifest is not a CSV that can be read: save it again.") from error


def by_manifest(
    found: Iterable[Entry | Problem], manifest: Mapping[str, str], *, top: str = ""
) -> Iterator[Entry | Problem]:
    """Each file in the split that the manifest gives it; a photo without one and a line without a photo are problems.

    Args:
        top: a folder that the manifest may leave out of its names, with the slash at its end.
    """
    missing = dict(manifest)
    for one in found:
        name = one.name if one.name in manifest else one.name.removeprefix(top)
        split = missing.pop(name, None)
        if isinstance(one, Problem):
            yield one
        else:
            yield Entry(one.name, split, one.read) if split else Problem(one.name, NOT_NAMED)
    for name in missing:
        yield Problem(printable(name), NOT_THERE)


def common_folder(names: Iterable[str]) -> str:
    """The one folder that all files lie in, with a slash at its end; empty where there is none."""
    tops = {PurePosixPath(name).parts[0] if "/" in name else "" for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return next((sign for sign in ",;\t" if sign in header), ",")


def _read(rows: "Iterator[list[str]]", most: int, longest_split: int) -> dict[str, str]:
    header = [name.strip().lower() for name in next(rows, [])]
    if not {"file", "split"} <= set(header):
        raise BadArchive("The manifest's first line names no columns “file” and “split”.")
    columns = header.index("file"), header.index("split")
    splits: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        if not any(row):
            continue
        file, split = (row[column].strip() if column < len(row) else "" for column in columns)
        _check(line, file, split, longest_split)
        name = file.replace("\\", "/").removeprefix("./")
        if name in splits:
            raise BadArchive(f"Line {line} of the manifest names {printable(name)} again: keep one line for it.")
        splits[name] = split
        if len(splits) > most:
            raise BadArchive(f"The manifest has more than {most:,} lines: split the test set into several.")
    return splits


def _check(line: int, file: str, split: str, longest_split: int) -> None:
    if not file or not split:
        raise BadArchive(f"Line {line} of the manifest has no {'split' if file else 'file'}.")
    if len(split) > longest_split or printable(split) != split:
        raise BadArchive(f"Line {line} of the manifest has a split of more than {longest_split} characters.")
