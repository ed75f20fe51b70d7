"""Everything that has a target, measured against it: `make bench`, some minutes.

Unless they are asked for by name, those of workers, results, exports and intervals run at a smaller size than the
targets are for, and say so; `make bench ARGS=results` runs one of them, and nothing else, at full size. Ends with a
status other than 0 where one of them does.
"""

import argparse
import subprocess
import sys

from colortest.embedded.processes import ROOT

# What to hand to each, and what to hand to it so that it takes a minute or so.
FULL: dict[str, list[str]] = {
    "site": [],
    "generator": ["resnet18", "resnet50"],
    "worker": [],
    "photos": [],
    "results": [],
    "exports": [],
    "calibration": [],
}
SMALLER = {
    "worker": ["--photos", "320", "--rounds", "1", "--rows", "100", "1000", "10000"],
    "results": ["--people", "12500"],
    "exports": ["--people", "2500"],
    "calibration": ["--studies", "500", "--watched", "100"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"at full size: {', '.join(FULL)}")
    names = parser.parse_args().names
    if unknown := set(names) - set(FULL):
        parser.error(f"There is no bench called {', '.join(sorted(unknown))}; there are {', '.join(FULL)}.")
    failed = [name for name in names or FULL if not _run(name, full=bool(names))]
    if failed:
        sys.exit(f"Not everything is as it should be: {', '.join(failed)}.")


def _run(name: str, *, full: bool) -> bool:
    """In a process of its own. Whether it ended well."""
    smaller = "" if full or name not in SMALLER else f", at a smaller size; the full one: make bench ARGS={name}"
    print(f"\n{name}{smaller}", flush=True)
    arguments = FULL[name] if full else SMALLER.get(name, FULL[name])
    done = subprocess.run([sys.executable, "-m", f"tests.load.bench_{name}", *arguments], cwd=ROOT, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    main()
