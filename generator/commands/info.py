"""`info`: what a checkpoint is and how it was made."""

import argparse
import json
from pathlib import Path

from generator.checkpoint import describe


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("checkpoint", type=Path)


def run(options: argparse.Namespace) -> int:
    print(json.dumps(describe(options.checkpoint), indent=2))
    return 0
