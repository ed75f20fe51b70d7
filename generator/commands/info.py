"""`info`: what a checkpoint is and how it was made."""

import argparse
import json
from pathlib import Path

from generator.checkpoint import describe, find_checkpoint


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("checkpoint", type=Path, help="its weights, or the folder of a run")


def run(options: argparse.Namespace) -> int:
    print(json.dumps(describe(find_checkpoint(options.checkpoint)), indent=2))
    return 0
