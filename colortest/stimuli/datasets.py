"""Photos of a torchvision dataset by its name, for the length of a block."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from colortest.refusal import Refused


@contextmanager
def dataset_folder(name: str, *, limit: int) -> Iterator[Path]:
    """A folder with up to `limit` photos of a dataset, gone after the block.

    In a process of its own: the site never loads torchvision.

    Raises:
        Refused: the name is unknown or there is no network; one sentence.
    """
    with TemporaryDirectory() as folder:
        argv = [sys.executable, "-m", "generator.datasets", name, "--out", folder, "--limit", str(limit)]
        outcome = subprocess.run(argv, cwd=settings.BASE_DIR, stderr=subprocess.PIPE, text=True, check=False)
        if outcome.returncode:
            raise Refused(outcome.stderr.strip().splitlines()[-1])
        yield Path(folder)
