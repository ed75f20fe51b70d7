"""`python -m generator`: colorize photos, train a generator, say what a checkpoint is."""

import sys

from generator.cli import main

if __name__ == "__main__":
    sys.exit(main())
