"""Reads a folder or a zip of photos without trusting it. Pure: nothing is written, nothing is unpacked to disk.

Every file comes out as an Entry, whose bytes can be read, or as a Problem that says why not. Reasons are one
sentence each, without the file's name: the caller has it.
"""

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from colortest.stimuli.archive.files import BadArchive, BadEntry, Candidate, Entry, Limits, Problem, printable
from colortest.stimuli.archive.folders import list_folder
from colortest.stimuli.archive.splits import splits_by_folder, splits_by_place
from colortest.stimuli.archive.zips import list_zip

__all__ = ["DEFAULT_LIMITS", "BadArchive", "BadEntry", "Entry", "Limits", "Problem", "walk"]

DEFAULT_LIMITS = Limits()


def walk(
    path: Path, *, splits: Mapping[str, str] | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Entry | Problem]:
    """Every file of a folder or zip, sorted by name; what systems leave behind (.DS_Store, __MACOSX) is passed over.

    Args:
        splits: split name → folder or glob inside `path`, as in `splits_by_place`; what lies in none of them is
            passed over. By default the folders are the splits, as in `splits_by_folder`.

    Raises:
        BadArchive: at once, not while iterating: `path` is missing, no zip, damaged as a whole, empty, over a limit
            as a whole, or has no photo for one of `splits`.
    """
    candidates, problems = _look_into(path, limits)
    if splits:
        entries = _by_place(candidates, splits)
        problems = [problem for problem in problems if splits_by_place(problem.name, splits)]
    else:
        entries = _by_folder(candidates)
    checked = [_with_split_that_fits(entry, limits) for entry in entries]
    return iter(sorted([*checked, *map(_printable, problems)], key=lambda one: one.name))


def _look_into(path: Path, limits: Limits) -> tuple[list[Candidate], list[Problem]]:
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


def _list(path: Path, limits: Limits) -> Iterator[Candidate | Problem]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise BadArchive(f"It cannot be opened: {error.strerror}.") from error
    if stat.S_ISDIR(mode):
        return list_folder(path, limits)
    if stat.S_ISREG(mode):
        return list_zip(path, limits)
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
