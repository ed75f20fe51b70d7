"""How fast results are when a study has ten million responses: `make bench ARGS=results`. Minutes, and gigabytes.

The database is the embedded one as it is shipped, in a folder of its own; each measurement is a process of its own.
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

PEOPLE = 250_000
AGAIN = 20  # people who finish one after the other, and are added
VISITS = 200
PAGE_MS, ADDED_MS, FULL_S, FULL_MIB = 50, 100, 10, 1024  # the targets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--keep", type=Path, help="a folder to keep the database in, or in which it was kept")
    options = parser.parse_args()
    home = options.keep or new_folder()
    home.mkdir(mode=0o711, exist_ok=True)
    try:
        if not (home / "filled").exists():
            with embedded.serve(home / "var", redis=False, durable=False):
                print(f"filled in {_run(home, 'fill', options.people)['seconds']:.0f} s")
            (home / "filled").touch()
        with embedded.serve(home / "var", redis=False):
            _report(home)
    finally:
        if not options.keep:
            shutil.rmtree(home)


def _report(home: Path) -> None:
    _run(home, "prepare")
    everybody = _run(home, "everybody")
    print(f"{everybody['responses']:,.0f} responses, {everybody['countable']:,.0f} of them countable")
    print(f"every tally and people's own rates written anew: {everybody['seconds']:.1f} s, {everybody['mib']:.0f} MiB")
    for what, found in (
        ("from responses: all compared, sums, rates", _run(home, "raw")),
        ("from tallies: sums, rates", _run(home, "full")),
    ):
        _line(what, found["seconds"], FULL_S, "s")
        _line("  peak memory of its process", found["mib"], FULL_MIB, "MiB")
    added = _run(home, "added")
    _line("one more finished participant, median", added["median"], ADDED_MS, "ms")
    _line("one more finished participant, p95", added["p95"], ADDED_MS, "ms")
    report = _run(home, "report")
    print(
        f"the report beside the rates: {report['seconds']:.1f} s, {report['mib']:.0f} MiB, now and then, by the worker"
    )
    page = _run(home, "page")
    _line("the results page, median", page["median"], PAGE_MS, "ms")
    _line("the results page, p95", page["p95"], PAGE_MS, "ms")
    for address, median in _run(home, "lists").items():
        print(f"{address:42} {median:8.1f} ms    median", flush=True)


def _line(what: str, measured: float, target: float, unit: str) -> None:
    print(
        f"{what:42} {measured:8.1f} {unit:3}   target {target:5} {unit:3}   {measured / target:5.2f} of it", flush=True
    )


def _run(home: Path, step: str, *arguments: object) -> dict[str, float]:
    argv = [sys.executable, "-m", "tests.load.bench_results_steps", step, *map(str, arguments)]
    environ = django_environment(home / "var")
    done = subprocess.run(argv, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
