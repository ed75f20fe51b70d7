"""The files of a folder on disk, which may hold links to anywhere."""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from colortest.stimuli.archive.files import (
    BadEntry,
    Candidate,
    Limits,
    Problem,
    passed_over,
    read_at_most,
    refusal,
)


def list_folder(folder: Path, limits: Limits) -> Iterator[Candidate | Problem]:
    """Every file below `folder`, in no order. Links are followed to files inside of it and nowhere else."""
    root = folder.resolve()
    closed: list[OSError] = []
    for place, folders, files in os.walk(root, onerror=closed.append):
        here = Path(place)
        folders[:] = [name for name in folders if not passed_over(name)]
        for name in files:
            if not passed_over(name):
                yield _look_at(here / name, root, limits)
        for name in folders:
            if (here / name).is_symlink():
                yield Problem(_inside(here / name, root), "A link to a folder is not followed: copy the folder itself.")
    for error in closed:
        yield Problem(_inside(Path(error.filename), root), f"The folder cannot be opened: {error.strerror}.")


def _look_at(file: Path, root: Path, limits: Limits) -> Candidate | Problem:
    name = _inside(file, root)
    try:
        real = file.resolve(strict=True) if file.is_symlink() else file
        status = real.stat()
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return Problem(name, "It is a link that leads nowhere.")
    if not real.is_relative_to(root):
        return Problem(name, "A link that leads out of the folder is not followed: copy the photo itself.")
    if not stat.S_ISREG(status.st_mode):
        return Problem(name, "It is not an ordinary file.")
    if reason := refusal(name, status.st_size, limits):
        return Problem(name, reason)
    return Candidate(name, status.st_size, partial(_read, real, limits))


def _read(file: Path, limits: Limits) -> bytes:
    try:
        with file.open("rb") as opened:
            return read_at_most(opened, limits)
    except OSError as error:
        raise BadEntry(f"It cannot be opened: {error.strerror}.") from error


def _inside(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
