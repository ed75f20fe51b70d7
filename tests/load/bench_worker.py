"""How fast workers colour, from files to files, beside what limits them in the same run: `make bench ARGS=worker`.

The two limits: the network alone on tensors that are there already, and reading, levelling, encoding and writing alone
on the cores. Where the network runs on the same cores, both together cannot be as fast as either alone: what the cores
allow then is printed too. Everything is a process of its own beside the embedded PostgreSQL and Redis.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from colortest import embedded
from colortest.embedded.processes import ROOT
from tests.running import django_environment, new_folder

TARGET = 0.8  # of the smaller limit
WARMING = 128  # photos that workers make before they are measured
MODEL, GREY = "colortest-best", "grey"
SIZES, ROWS = (100, 1_000), (100, 1_000, 10_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=500, help="to colour by the network")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="photos to colour grey")
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS, help="rows for the database work alone")
    options = parser.parse_args()
    home = new_folder()
    try:
        with embedded.serve(home / "var"):
            _run(home, "stage", max(options.photos, WARMING, *options.sizes))
            for algorithm in (MODEL, GREY):
                _throughput(home, algorithm, options.photos)
            _flat("grey, from files to files", {size: _made(home, 1, GREY, size) for size in options.sizes})
            _flat("the database work alone", {size: _seconds(home, "rows", size) / size for size in options.rows})
    finally:
        shutil.rmtree(home)


def _throughput(home: Path, algorithm: str, photos: int) -> None:
    device, cores = (1 / _seconds(home, step, algorithm) for step in ("device", "cores"))
    both = 1 / (1 / device + 1 / cores)
    print(f"{algorithm}, on {len(os.sched_getaffinity(0))} cores")
    print(f"  its network alone, on tensors           {device:7.1f} photos a second")
    print(f"  reading, finishing and writing alone    {cores:7.1f}")
    print(f"  both, where the cores have to do both   {both:7.1f}")
    for workers in (1, 2):
        rate = 1 / _made(home, workers, algorithm, photos)
        smaller = rate / min(device, cores)
        verdict = "" if smaller >= TARGET else f", the target of {TARGET} is missed"
        print(
            f"  from files to files, {workers} worker(s)        {rate:7.1f}   {smaller:.2f} of the smaller{verdict};"
            f" {rate / both:.2f} of both",
            flush=True,
        )


def _flat(what: str, each: dict[int, float]) -> None:
    """Seconds a photo, beside those of the fewest."""
    first = next(iter(each.values()))
    for size, seconds in each.items():
        print(f"  {what}: {size:7,} photos  {1000 * seconds:6.2f} ms a photo  {seconds / first:.2f} of the fewest")


def _made(home: Path, workers: int, algorithm: str, photos: int) -> float:
    """Seconds a photo."""
    return _seconds(home, "made", workers, algorithm, photos) / photos


def _seconds(home: Path, step: str, *arguments: object) -> float:
    return _run(home, step, *arguments)["seconds"]


def _run(home: Path, step: str, *arguments: object) -> dict[str, float]:
    argv = [sys.executable, "-m", "tests.load.bench_worker_steps", step, *map(str, arguments)]
    environ = {**django_environment(home / "var"), "LOG_LEVEL": "WARNING"}
    done = subprocess.run(argv, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
