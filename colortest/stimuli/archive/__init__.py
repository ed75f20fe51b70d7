"""Reads a folder or a zip of photos without trusting it. Pure: nothing is written, nothing is unpacked to disk.

Every file comes out as an Entry, whose bytes can be read, or as a Problem that says why not. Reasons are one
sentence each, without the file's name: the caller has it.
"""

import io
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from colortest.stimuli.archive.files import (
    BadArchive,
    BadEntry,
    Candidate,
    Entry,
    Limits,
    Problem,
    is_manifest,
    printable,
)
from colortest.stimuli.archive.folders import list_folder
from colortest.stimuli.archive.manifest import by_manifest, common_folder, read_manifest
from colortest.stimuli.archive.splits import splits_by_folder, splits_by_place
from colortest.stimuli.archive.zips import list_zip, open_file

__all__ = ["DEFAULT_LIMITS", "BadArchive", "BadEntry", "Entry", "Limits", "Problem", "Source", "read_manifest", "walk"]

DEFAULT_LIMITS = Limits()
TWICE = "Another file has the same name but for capitals: rename one."
UNREAD = "Another manifest says the splits: this one is not read."

Source = Path | io.RawIOBase


def walk(
    source: Source,
    *,
    splits: Mapping[str, str] | None = None,
    split: str = "",
    manifest: bytes = b"",
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Entry | Problem]:
    """Every file of a folder or zip, sorted by name; what systems leave behind (.DS_Store, __MACOSX) is passed over.

    The split of a photo is said by the first of these that there is: the arguments in their order, a manifest.csv in
    the folder or zip, the folders (`splits_by_folder`).

    Args:
        source: a path, or a zip that is open for reading and stays open as long as anything is read.
        splits: split name → folder or glob inside `path`, as in `splits_by_place`; what lies in none of them is
            passed over.
        split: one for all photos.
        manifest: a CSV that came beside it, as in `read_manifest`.

    Raises:
        BadArchive: at once, not while iterating: `source` is missing, no zip, damaged as a whole, empty, over a limit
            as a whole, has no photo for one of `splits`, or a manifest that cannot be read.
    """
    candidates, problems = _look_into(source, limits)
    tables, candidates = _apart(candidates)
    if splits:
        entries = _by_place(candidates, splits)
        problems = [problem for problem in problems if splits_by_place(problem.name, splits)]
    elif split:
        entries = [Entry(candidate.name, split, candidate.read) for candidate in candidates]
    else:
        entries = _by_folder(candidates)
        table, top = (manifest, common_folder(one.name for one in candidates)) if manifest else _own_manifest(tables)
        if table:
            named = read_manifest(table, most=limits.max_files, longest_split=limits.max_split)
            unread = [Problem(one.name, UNREAD) for one in tables[0 if manifest else 1 :]]
            return _sorted(by_manifest([*entries, *problems, *unread], named, top=top))
    return _sorted([*(_with_split_that_fits(entry, limits) for entry in entries), *problems])


def _sorted(found: Iterable[Entry | Problem]) -> Iterator[Entry | Problem]:
    ordered = sorted(found, key=lambda one: one.name)
    return iter([_printable(one) if isinstance(one, Problem) else one for one in _once_each(ordered)])


def _once_each(ordered: Iterable[Entry | Problem]) -> Iterator[Entry | Problem]:
    """Whoever unpacks a zip on a machine that knows no capitals has one file where there were two."""
    seen: set[str] = set()
    for one in ordered:
        plain = unicodedata.normalize("NFC", one.name).casefold()
        again = isinstance(one, Entry) and plain in seen
        yield Problem(one.name, TWICE) if again else one
        if isinstance(one, Entry):
            seen.add(plain)


def _apart(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Manifests, those that lie highest first; and photos."""
    tables = [candidate for candidate in candidates if is_manifest(candidate.name)]
    photos = [candidate for candidate in candidates if not is_manifest(candidate.name)]
    return sorted(tables, key=lambda one: (one.name.count("/"), one.name)), photos


def _own_manifest(tables: Sequence[Candidate]) -> tuple[bytes, str]:
    """The highest manifest, and the folder in which it lies, with a slash at its end; empty where there is none."""
    if not tables:
        return b"", ""
    try:
        return tables[0].read(), tables[0].name[: -len("manifest.csv")]
    except BadEntry as error:
        raise BadArchive(f"The manifest cannot be read. {error}") from error


def _look_into(path: Source, limits: Limits) -> tuple[list[Candidate], list[Problem]]:
    candidates: list[Candidate] = []
    problems: list[Problem] = []
    for found in _list(path, limits):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            candidates.append(found)
        if len(candidates) + len(problems) > limits.max_files:
            raise BadArchive(f"It holds more than {limits.max_files:,} files: split it into several test sets.")
    _check_whole(candidates, problems, limits)
    return candidates, problems


def _list(path: Source, limits: Limits) -> Iterator[Candidate | Problem]:
    if not isinstance(path, Path):
        return list_zip(path, limits)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise BadArchive(f"It cannot be opened: {error.strerror}.") from error
    if stat.S_ISDIR(mode):
        return list_folder(path, limits)
    if stat.S_ISREG(mode):
        return list_zip(open_file(path), limits)
    raise BadArchive("It is neither a folder nor a zip.")


def _check_whole(candidates: Sequence[Candidate], problems: Sequence[Problem], limits: Limits) -> None:
    if not candidates and not problems:
        raise BadArchive("There is nothing in it: put photos into folders named train and test.")
    total = sum(candidate.size for candidate in candidates)
    if total > limits.max_total_bytes:
        raise BadArchive(
            f"Unpacked it holds {total / 2**30:.2f} GiB, the limit is {limits.max_total_bytes / 2**30:.2f}: "
            "split it into several test sets."
        )


def _by_folder(candidates: Sequence[Candidate]) -> list[Entry | Problem]:
    splits = splits_by_folder(candidate.name for candidate in candidates)
    return [Entry(candidate.name, splits[candidate.name], candidate.read) for candidate in candidates]


def _by_place(candidates: Iterable[Candidate], places: Mapping[str, str]) -> list[Entry | Problem]:
    entries: list[Entry | Problem] = []
    filled: set[str] = set()
    for candidate in candidates:
        match splits_by_place(candidate.name, places):
            case []:
                continue
            case [split]:
                entries.append(Entry(candidate.name, split, candidate.read))
                filled.add(split)
            case [one, other, *_]:
                entries.append(
                    Problem(candidate.name, f"It lies in the places of two splits, {one} and {other}: keep them apart.")
                )
                filled |= {one, other}
    for split, place in places.items():
        if split not in filled:
            raise BadArchive(f"There is no photo for the split {split} in {place}.")
    return entries


def _with_split_that_fits(entry: Entry | Problem, limits: Limits) -> Entry | Problem:
    if isinstance(entry, Entry) and len(entry.split) > limits.max_split:
        return Problem(
            entry.name, f"Its folder names the split and has more than {limits.max_split} characters: shorten it."
        )
    return entry


def _printable(problem: Problem) -> Problem:
    return Problem(printable(problem.name), problem.reason)
