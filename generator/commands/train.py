"""`train`: train a generator, or go on with a run."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from generator.checkpoint import describe, load_checkpoint
from generator.commands.arguments import origin, positive, report
from generator.configurations import CONFIGURATIONS, small
from generator.data import DataError, PhotoSet, read_photo_set
from generator.encoder_weights import imagenet_weights, weights_of_file
from generator.networks.registry import Generator
from generator.networks.resnet import ResNetOptions
from generator.training.options import Configuration, SetOptions
from generator.training.processes import Processes, joined
from generator.training.run_folder import RunFolder
from generator.training.trainer import Trainer

TOLD = ("name", "seed", "half", "threads", "device", "processes", "command", "machine", "torch")


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("configuration", choices=CONFIGURATIONS, nargs="?")
    command.add_argument(
        "--data", type=Path, nargs="+", help="folders and zips of photos; one named twice counts twice"
    )
    command.add_argument(
        "--whole", type=Path, nargs="+", default=[], help="more of them, of which no photo is held out for evaluation"
    )
    command.add_argument("--out", type=Path, help="folder of the run")
    command.add_argument("--resume", type=Path, metavar="RUN", help="go on with this run, as it was begun")
    command.add_argument("--small", action="store_true", help="at a size that a CPU can train in minutes")
    command.add_argument("--encoder", default="none", help="none, imagenet, or a file with the encoder's weights")
    command.add_argument("--encoder-sha256", help="of that file, where its name does not say")
    command.add_argument("--start", type=Path, help="a checkpoint to begin with, for a comparison of what follows")
    command.add_argument("--steps", type=positive, help="of each stage at most, to try things out")
    command.add_argument("--fp32", action="store_true", help="no half precision")
    command.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> int:
    with joined(options.device) as (processes, device):
        config = RunFolder(options.resume).config() if options.resume else _config(options, processes, device)
        folder = RunFolder(options.resume or options.out, writes=processes.first)
        if options.resume and processes.first:
            for difference in _differences(config, processes, device):
                print(difference, file=sys.stderr)
        torch.set_num_threads(config["threads"])
        configuration = Configuration.from_json(config["configuration"])
        # Paths are kept as they were typed, with the folder that they are from: a run can be resumed from anywhere.
        base = Path(config["directory"]) if options.resume else Path()
        sets = _read(config, base, configuration.photos, loud=processes.first)
        trainer = Trainer(
            configuration,
            sets,
            folder,
            start=_start(config, base, configuration),
            encoder=_encoder(config, base, configuration),
            record=_record(config, base, sets),
            seed=config["seed"],
            half=config["half"],
            device=device,
            processes=processes,
        )
        if not options.resume:
            folder.begin(config)
        trainer.train()
        if processes.first:
            kept = [str(path) for path in (folder.last, folder.best) if path.exists()]
            print(f"The run left {' and '.join(kept)}")
    return 0


def _config(options: argparse.Namespace, processes: Processes, device: torch.device) -> dict[str, Any]:
    """What a run is told, as JSON: a resumed run is told the same."""
    if not (options.configuration and options.data and options.out):
        raise DataError("Name a configuration, --data and --out for a new run, or --resume for an old one.")
    configuration = CONFIGURATIONS[options.configuration]
    if options.small:
        configuration = small(configuration)
    if options.steps:
        stages = tuple(replace(stage, steps=min(stage.steps, options.steps)) for stage in configuration.stages)
        configuration = replace(configuration, stages=stages)
    return {
        "name": options.configuration,
        "configuration": configuration.to_json(),
        "directory": str(Path.cwd()),
        "data": [str(source) for source in options.data],
        "whole": [str(source) for source in options.whole],
        "encoder": options.encoder,
        "encoder_sha256": options.encoder_sha256,
        "start": str(options.start) if options.start else None,
        "seed": options.seed,
        "half": not options.fp32,
        "threads": torch.get_num_threads(),
        "device": device.type,
        "processes": processes.count,
        **origin(),
    }


def _differences(config: Mapping[str, Any], processes: Processes, device: torch.device) -> Iterator[str]:
    """What will keep a resumed run from repeating the very bits of one that was never stopped."""
    if config["device"] != device.type:
        yield f"The run was begun on {config['device']} and goes on on {device.type}: weights will differ a little."
    if config["processes"] != processes.count:
        yield f"The run was begun by {config['processes']} processes, not {processes.count}: weights differ a little."


def _read(config: Mapping[str, Any], base: Path, how: SetOptions, *, loud: bool) -> dict[str, PhotoSet]:
    """Each source under its number and name: two of them may be called the same."""
    sources = [(source, how) for source in config["data"]]
    sources += [(source, replace(how, held_out=0)) for source in config["whole"]]
    sets = {}
    for number, (source, options) in enumerate(sources, start=1):
        photos = read_photo_set(base / source, options)
        if loud:
            report(photos.problems)
        sets[f"{number}-{Path(source).stem}"] = photos
    return sets


def _start(config: Mapping[str, Any], base: Path, configuration: Configuration) -> Generator | None:
    if config["start"] is None:
        return None
    network = load_checkpoint(base / config["start"])
    if replace(network.options, size=configuration.network.size) != configuration.network:
        raise DataError(f"{config['start']} holds another network than {config['name']} trains.")
    return network


def _encoder(config: Mapping[str, Any], base: Path, configuration: Configuration) -> dict[str, Tensor] | None:
    network, source = configuration.network, config["encoder"]
    if source == "none":
        return None
    if not isinstance(network, ResNetOptions):
        raise DataError(f"A {network.kind} begins from scratch: leave --encoder out.")
    if source == "imagenet":
        return imagenet_weights(network.encoder)
    return weights_of_file(base / source, network.encoder, config["encoder_sha256"])


def _record(config: Mapping[str, Any], base: Path, sets: Mapping[str, PhotoSet]) -> dict[str, Any]:
    """How the checkpoints of this run are made, for whoever reads their JSON."""
    told = {name: config[name] for name in TOLD}
    photos = {
        name: {"learned": len(set_.learn), "held_out": len(set_.held_out), "side": set_.side}
        for name, set_ in sets.items()
    }
    weights = {name: _origin_of(config[name], base) for name in ("encoder", "start")}
    return {**told, "photos": photos, **weights}


def _origin_of(source: str | None, base: Path) -> Any:
    """Where weights to begin with came from: all that their own JSON says, if they have one."""
    if source and Path(source).suffix == ".safetensors":
        return {"file": source, **describe(base / source)}
    return source
