"""How long an admin waits where a test set has 100,000 photos: `make bench ARGS=photos`. Rows without files; a minute.

The database is the embedded one as it is shipped, in a folder of its own.
"""

import shutil
import subprocess
import sys

from colortest import embedded
from colortest.embedded.processes import ROOT
from tests.running import django_environment, new_folder


def main() -> None:
    home = new_folder()
    try:
        with embedded.serve(home / "var", redis=False):
            argv = [sys.executable, "-m", "tests.load.bench_photos_steps"]
            subprocess.run(argv, cwd=ROOT, env=django_environment(home / "var"), check=True)
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
