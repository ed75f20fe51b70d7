"""The command line of `python -m generator`. Each command returns 0, or 1 after one sentence on standard error."""

import argparse
import importlib
import sys
from collections.abc import Sequence

import torch

from generator.commands.arguments import device, positive
from generator.devices import usual_device
from generator.errors import Refusal
from generator.memory import OutOfMemory, is_out_of_memory

# A module of generator.commands each, of which only the one that is asked for is imported: some bring charts, ONNX
# Runtime or SciPy with them, and `info` should not have to wait for those.
COMMANDS = {
    "colorize": "photos to image files. One photo to a file, any number of files and folders to a folder.",
    "pretext": "teach an encoder to see grey photos by naming what is on them.",
    "train": "train a generator, or go on with a run.",
    "evaluate": "measure a checkpoint on photos, beside the truth and grey: print it, and keep it where told to.",
    "compare": "networks beside each other on the same photos, as one table and one figure.",
    "observe": "the machine fool rate: how often a network takes an algorithm's colorizations for the photos.",
    "export": "a checkpoint as one ONNX file, which ONNX Runtime must run with the same result.",
    "info": "what a checkpoint is and how it was made.",
}
ON_CPU = ("export", "info")  # no other device would change what they do


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments, or those of this process, ask for; returns the exit status, 0 or 1.

    Whatever was refused, or did not fit in memory, is said in one sentence. Raises SystemExit where the arguments are
    no command's, as argparse does, and whatever is an error of this program.
    """
    options = parse(sys.argv[1:] if arguments is None else arguments)
    torch.set_num_threads(options.threads or torch.get_num_threads())
    try:
        return int(options.run(options))
    except (Refusal, OutOfMemory, OSError) as error:
        print(error, file=sys.stderr)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        print("Out of memory: give it fewer or smaller photos.", file=sys.stderr)
    return 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line whose first argument is the command; `run` is what runs it."""
    parser = argparse.ArgumentParser(prog="python -m generator", description="Colorize photos.")
    commands = parser.add_subparsers(required=True)
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if name in arguments[:1]:
            _add(command, name)
    return parser.parse_args(arguments)


def _add(command: argparse.ArgumentParser, name: str) -> None:
    module = importlib.import_module(f"generator.commands.{name}")
    command.set_defaults(run=module.run)
    command.add_argument("--threads", type=positive, help="CPU threads of torch")
    if name not in ON_CPU:
        told = "cpu or cuda; a GPU is used where there is one"
        command.add_argument("--device", type=device, default=usual_device(), help=told)
    module.add(command)
