"""`train`: train a generator, or go on with a run."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from generator.checkpoint import describe, find_checkpoint, load_checkpoint
from generator.commands.arguments import origin, positive, report
from generator.configurations import CONFIGURATIONS, small
from generator.data import DataError, PhotoSet, keep_apart, read_photo_set
from generator.encoder_weights import imagenet_weights, weights_of_file
from generator.networks.registry import Generator
from generator.networks.resnet import ResNetOptions
from generator.training.options import Configuration, SetOptions
from generator.training.processes import Processes, joined
from generator.training.run_folder import RunFolder
from generator.training.told import Told, read_configuration, read_told
from generator.training.trainer import Trainer

RECORDED = ("name", "seed", "half", "threads", "device", "processes", "command", "machine", "torch")


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--resume", type=Path, metavar="RUN", help="go on with this run, as it was begun")
    beginning = [
        command.add_argument("configuration", choices=CONFIGURATIONS, nargs="?"),
        command.add_argument(
            "--data", type=Path, nargs="+", help="folders and zips of photos; one named twice counts twice"
        ),
        command.add_argument(
            "--whole",
            type=Path,
            nargs="+",
            default=[],
            help="more of them, of which no photo is held out for evaluation, unless it is held out of --data",
        ),
        command.add_argument("--out", type=Path, help="folder of the run"),
        command.add_argument("--small", action="store_true", help="at a size that a CPU can train in minutes"),
        command.add_argument("--encoder", default="none", help="none, imagenet, or a file with the encoder's weights"),
        command.add_argument("--encoder-sha256", help="of that file, where its name does not say"),
        command.add_argument("--start", type=Path, help="a checkpoint or run to begin with, to compare what follows"),
        command.add_argument("--steps", type=_steps, help="of each stage at most, to try things out"),
        command.add_argument("--fp32", action="store_true", help="no half precision"),
        command.add_argument("--seed", type=int, help="0 unless told"),
    ]
    command.set_defaults(beginning=beginning)


def run(options: argparse.Namespace) -> int:
    with joined(options.device) as (processes, device):
        told = _told_before(options) if options.resume else _told(options, processes, device)
        configuration = read_configuration(told, options.resume)
        folder = RunFolder(options.resume or options.out, writes=processes.first)
        if not options.resume:
            folder.check_new()
        elif processes.first:
            for difference in _differences(told, options.threads, processes, device):
                print(difference, file=sys.stderr)
        torch.set_num_threads(options.threads or told["threads"])
        base = Path(told["directory"]) if options.resume else Path()
        start, encoder = _start(told, base, configuration), _encoder(told, base, configuration)
        sets = _read(told, base, configuration.photos, loud=processes.first)
        trainer = Trainer(
            configuration,
            sets,
            folder,
            start=start,
            encoder=encoder,
            record=_record(told, base, sets),
            seed=told["seed"],
            half=told["half"],
            device=device,
            processes=processes,
        )
        if processes.first and trainer.unmeasured:
            print(trainer.unmeasured, file=sys.stderr)
        if not options.resume:
            folder.begin(told)
        trainer.train()
        if processes.first:
            kept = [str(path) for path in (folder.last, folder.best) if path.exists()]
            print(f"The run left {' and '.join(kept)}")
    return 0


def _steps(text: str) -> int:
    steps = positive(text)
    if steps < 2:
        raise argparse.ArgumentTypeError(
            "one step teaches nothing: the learning rate falls to zero with the last step of a stage; say 2 or more"
        )
    return steps


def _told_before(options: argparse.Namespace) -> Told:
    """What a run was told when it began. Raises DataError where it is told something else now."""
    given = [action for action in options.beginning if getattr(options, action.dest) != action.default]
    if given:
        names = ", ".join(action.option_strings[0] if action.option_strings else action.dest for action in given)
        raise DataError(f"A run goes on as it was begun: leave out {names}, or begin another run without --resume.")
    return read_told(RunFolder(options.resume).config(), options.resume)


def _told(options: argparse.Namespace, processes: Processes, device: torch.device) -> Told:
    """What a new run is told."""
    if not (options.configuration and options.data and options.out):
        raise DataError("Name a configuration, --data and --out for a new run, or --resume for an old one.")
    if options.start and options.encoder != "none":
        raise DataError("--start brings an encoder with it: leave --encoder out.")
    if options.encoder_sha256 and options.encoder in ("none", "imagenet"):
        raise DataError("--encoder-sha256 is that of a file: name the file by --encoder.")
    configuration = CONFIGURATIONS[options.configuration]
    if options.small:
        configuration = small(configuration)
    if options.steps:
        stages = tuple(replace(stage, steps=min(stage.steps, options.steps)) for stage in configuration.stages)
        configuration = replace(configuration, stages=stages)
    made = origin()
    return Told(
        name=options.configuration,
        configuration=configuration.to_json(),
        directory=str(Path.cwd()),
        data=[str(source) for source in options.data],
        whole=[str(source) for source in options.whole],
        encoder=options.encoder,
        encoder_sha256=options.encoder_sha256,
        start=str(find_checkpoint(options.start)) if options.start else None,
        seed=options.seed or 0,
        half=not options.fp32,
        threads=torch.get_num_threads(),
        device=device.type,
        processes=processes.count,
        command=made["command"],
        machine=made["machine"],
        torch=made["torch"],
    )


def _differences(told: Told, threads: int | None, processes: Processes, device: torch.device) -> Iterator[str]:
    """What will keep a resumed run from repeating the very bits of one that was never stopped."""
    if told["device"] != device.type:
        yield f"The run was begun on {told['device']} and goes on on {device.type}: weights will differ a little."
    if told["processes"] != processes.count:
        yield f"The run was begun by {told['processes']} processes, not {processes.count}: weights differ a little."
    if told["threads"] != (threads or told["threads"]):
        yield f"The run was begun with {told['threads']} threads, not {threads}: weights may differ a little."


def _read(told: Told, base: Path, how: SetOptions, *, loud: bool) -> dict[str, PhotoSet]:
    """Each source under its number and name: two of them may be called the same. None learns what another holds out."""
    sources = [(source, how) for source in told["data"]]
    sources += [(source, replace(how, held_out=0)) for source in told["whole"]]
    sets = {}
    for number, (source, options) in enumerate(sources, start=1):
        photos = read_photo_set(base / source, options)
        if loud:
            report(photos.problems)
        sets[f"{number}-{Path(source).stem}"] = photos
    return keep_apart(sets)


def _start(told: Told, base: Path, configuration: Configuration) -> Generator | None:
    if told["start"] is None:
        return None
    network = load_checkpoint(base / told["start"])
    if replace(network.options, size=configuration.network.size) != configuration.network:
        raise DataError(f"{told['start']} holds another network than {told['name']} trains.")
    return network


def _encoder(told: Told, base: Path, configuration: Configuration) -> dict[str, Tensor] | None:
    network, source = configuration.network, told["encoder"]
    if source == "none":
        return None
    if not isinstance(network, ResNetOptions):
        raise DataError(f"A {network.kind} begins from scratch: leave --encoder out.")
    if source == "imagenet":
        return imagenet_weights(network.encoder)
    return weights_of_file(base / source, network.encoder, told["encoder_sha256"])


def _record(told: Told, base: Path, sets: Mapping[str, PhotoSet]) -> dict[str, Any]:
    """How the checkpoints of this run are made, for whoever reads their JSON."""
    kept = {name: value for name, value in told.items() if name in RECORDED}
    photos = {
        name: {"learned": len(set_.learn), "held_out": len(set_.held_out), "side": set_.side}
        for name, set_ in sets.items()
    }
    weights = {"encoder": _origin_of(told["encoder"], base), "start": _origin_of(told["start"], base)}
    return {**kept, "photos": photos, **weights}


def _origin_of(source: str | None, base: Path) -> Any:
    """Where weights to begin with came from: all that their own JSON says, if they have one."""
    if source and Path(source).suffix == ".safetensors":
        return {"file": source, **describe(base / source)}
    return source
