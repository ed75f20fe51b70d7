"""How fast workers colour, from files to files, beside what limits them in the same run: `make bench ARGS=worker`.

The two limits: the network alone on tensors that are there already, and reading, levelling, encoding and writing alone
on the cores. Where a GPU runs the network, the smaller one is the limit. Where the network runs on the same cores, each
photo needs them for the one and then for the other: the limit is 1 / (1 / network + 1 / cores). Where others want the
machine too, trust the ratio of processor times. What a device of its own would wait for is measured without one: a
larger network has one core for itself, and everything else of the worker the other cores. Everything is a process of
its own beside the embedded PostgreSQL and Redis.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import torch

from colortest import embedded
from colortest.embedded.processes import ROOT
from tests.running import django_environment, new_folder

TARGET = 0.8  # of the limit
BESIDE = 0.9  # of the network alone, where enough cores do the rest
WARMING = 128  # photos that workers make before they are measured
MODEL, LARGE, GREY = "colortest-best", "large", "grey"
SIZES, ROWS = (100, 1_000), (100, 1_000, 10_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=500, help="to colour by each algorithm")
    parser.add_argument("--algorithms", nargs="*", default=[MODEL, GREY], help=f"by default {MODEL} and {GREY}")
    parser.add_argument("--rounds", type=int, default=2, help="of limits and workers, one after the other")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="photos to colour grey")
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS, help="rows for the database work alone")
    options = parser.parse_args()
    home = new_folder()
    try:
        with embedded.serve(home / "var"):
            _run(home, "stage", max(options.photos, WARMING, *options.sizes))
            for algorithm in options.algorithms:
                for _ in range(options.rounds):
                    _throughput(home, algorithm, options.photos)
            for _ in range(options.rounds if len(os.sched_getaffinity(0)) > 1 else 0):
                _beside(home, options.photos)
            _flat("grey, from files to files", {size: _run(home, "made", 1, GREY, size) for size in options.sizes})
            _flat("the database work alone", {size: _run(home, "rows", size) for size in options.rows})
    finally:
        shutil.rmtree(home)


def _throughput(home: Path, algorithm: str, photos: int) -> None:
    device, cores = (_run(home, step, algorithm) for step in ("device", "cores"))
    both = {key: device[key] + cores[key] for key in device}
    on_gpu = algorithm == MODEL and torch.cuda.is_available()
    limit, what = (max(device, cores, key=_seconds), "smaller") if on_gpu else (both, "both")
    print(
        f"{algorithm}, {photos} photos on {len(os.sched_getaffinity(0))} cores; in parentheses processor time a photo"
    )
    _line("its network alone, on tensors", device)
    _line("reading, finishing and writing alone", cores)
    _line("both, where the cores have to do both", both)
    for workers in (1, 2):
        found = _run(home, "made", workers, algorithm, photos)
        _line(f"from files to files, {workers} worker(s)", found)
        share, of_processor = (limit[key] / found[key] for key in limit)
        verdict = "" if share >= TARGET else f", the target of {TARGET} is missed"
        print(f"    {share:.2f} of the {what} by the clock{verdict}; {of_processor:.2f} by processor time", flush=True)


def _beside(home: Path, photos: int) -> None:
    """A core stands for the device: a network that needs most of the time has it for itself."""
    alone, found = _run(home, "device_on_a_core", LARGE), _run(home, "made_beside", LARGE, photos)
    print(f"a ResNet-50 on a core of its own, {photos} photos; in parentheses processor time a photo, of all cores")
    _line("its network alone, on tensors", alone)
    _line("from files to files, 1 worker", found)
    share = _seconds(alone) / _seconds(found)
    verdict = "" if share >= BESIDE else f", the target of {BESIDE} is missed"
    print(f"    {share:.2f} of the network alone by the clock{verdict}", flush=True)


def _seconds(cost: dict[str, float]) -> float:
    return cost["seconds"]


def _line(what: str, found: dict[str, float]) -> None:
    print(
        f"  {what:40} {1 / found['seconds']:7.1f} photos a second   ({1000 * found['processor']:5.1f} ms)", flush=True
    )


def _flat(what: str, found: dict[int, dict[str, float]]) -> None:
    """What a photo costs, beside what it costs among the fewest."""
    for size, each in found.items():
        ratios = " and ".join(f"{each[key] / found[min(found)][key]:.2f}" for key in each)
        costs = f"{1000 * each['seconds']:6.2f} ms each (processor {1000 * each['processor']:6.2f} ms)"
        print(f"  {what}, {size:7,} photos: {costs}, {ratios} of the fewest", flush=True)


def _run(home: Path, step: str, *arguments: object) -> dict[str, float]:
    argv = [sys.executable, "-m", "tests.load.bench_worker_steps", step, *map(str, arguments)]
    checkpoints = str(home / "checkpoints")
    environ = {**django_environment(home / "var"), "LOG_LEVEL": "WARNING", "CHECKPOINT_DIR": checkpoints}
    done = subprocess.run(argv, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
