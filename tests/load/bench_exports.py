"""How fast a million responses leave the site, and in how much memory: `make bench ARGS=exports`. Some minutes.

The database is the embedded one as it is shipped, in a folder of its own. Each export runs in a process of its own, and
is thrown away piece by piece; beside it, in the same run, PostgreSQL copies the bare table of responses.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from colortest import embedded
from colortest.embedded.processes import ROOT
from tests.running import django_environment, new_folder

PEOPLE = 25_000  # with 40 responses each
ROWS_A_SECOND, ABOVE_IDLE_MIB = 50_000, 100  # the targets
TIDY = ("tidy", "page")  # what the target of speed is for
EXPORTS = ("tidy", "page", "ndjson", "amt", "psych-ds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    people = parser.parse_args().people
    home = new_folder()
    try:
        with embedded.serve(home / "var", redis=False, durable=False):
            filled = _run(home, "fill", people)
            print(f"{filled['rows']:,.0f} responses of {people:,} people")
            bare = _run(home, "bare")["seconds"]
            print(f"the bare table, by COPY     {filled['rows'] / bare:9,.0f} rows/s")
            for name in EXPORTS:
                _line(name, filled["rows"], bare, _run(home, name))
    finally:
        shutil.rmtree(home)


def _line(name: str, rows: float, bare: float, found: dict[str, float]) -> None:
    speed = rows / found["seconds"]
    target = f"{speed / ROWS_A_SECOND:5.2f} of the target   " if name in TIDY else " " * 23
    print(
        f"{name:27} {speed:9,.0f} rows/s   {target}{bare / found['seconds']:4.2f} of the bare table   "
        f"first piece after {1000 * found['first']:6,.0f} ms   "
        f"{found['mib']:5.1f} MiB above idle (target {ABOVE_IDLE_MIB})   {found['bytes'] / 1e6:6,.0f} MB"
    )


def _run(home: Path, step: str, *arguments: object) -> dict[str, float]:
    argv = [sys.executable, "-m", "tests.load.bench_exports_steps", step, *map(str, arguments)]
    environ = django_environment(home / "var")
    done = subprocess.run(argv, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
