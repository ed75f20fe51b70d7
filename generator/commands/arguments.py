"""Values of the command line that several commands take, each checked before anything starts."""

import argparse
import os
import platform
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

UNLIKE = "folders or zips that were learned from: photos of which they hold a copy are named and left out"


def positive(text: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError for any other text."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero")
    return int(text)


def device(text: str) -> str:
    """The name of a device that torch can use here, as it was given. Raises ArgumentTypeError for any other."""
    try:
        torch.empty(0, device=text)
    except (RuntimeError, AssertionError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be used here; leave it out or say cpu") from error
    return text


def listed(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in paths)


def report(problems: Iterable[str]) -> None:
    """Name the files that are left out, and go on."""
    for problem in problems:
        print(f"Skipped {problem}", file=sys.stderr)


def origin() -> dict[str, str]:
    """By which command and on what machine something is made: enough to make it again."""
    return {
        "command": f"python -m generator {shlex.join(sys.argv[1:])}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads",
        "torch": str(torch.__version__),
    }
