"""The command line of `python -m generator`. Each command returns 0, or 1 after one sentence on standard error."""

import argparse
import sys
from collections.abc import Sequence
from types import ModuleType

import torch

from generator.checkpoint import CheckpointError
from generator.commands import colorize, compare, evaluate, export, info, observe, pretext, train
from generator.commands.arguments import device, positive
from generator.data import DataError
from generator.devices import usual_device
from generator.export import ExportError
from generator.memory import OutOfMemory, is_out_of_memory
from generator.training.game import TrainingError

COMMANDS: dict[str, ModuleType] = {
    "colorize": colorize,
    "pretext": pretext,
    "train": train,
    "evaluate": evaluate,
    "compare": compare,
    "observe": observe,
    "export": export,
    "info": info,
}
ON_CPU = (export, info)  # no other device would change what they do


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads or torch.get_num_threads())
    try:
        return int(options.run(options))
    except (CheckpointError, DataError, ExportError, OutOfMemory, TrainingError, OSError) as error:
        print(error, file=sys.stderr)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        print("Out of memory: give it fewer or smaller photos.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m generator", description="Colorize photos.")
    commands = parser.add_subparsers(required=True)
    for name, module in COMMANDS.items():
        about = (module.__doc__ or "").split(": ", 1)[1].strip()
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=module.run)
        command.add_argument("--threads", type=positive, help="CPU threads of torch")
        if module not in ON_CPU:
            told = "cpu or cuda; a GPU is used where there is one"
            command.add_argument("--device", type=device, default=usual_device(), help=told)
        module.add(command)
    return parser
