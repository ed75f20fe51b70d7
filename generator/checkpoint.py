"""A checkpoint is two files: weights as safetensors, and a JSON beside them that says what they are.

    best.safetensors   matrices in half precision, everything else as it was
    best.json           {"network": {...options}, "training": {...how it was made}, "sha256": "..."}

Whoever only wants to know about a checkpoint reads the JSON, and needs no torch for it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from generator.errors import Refusal
from generator.files import written_whole
from generator.networks.blocks import place
from generator.networks.options import Options
from generator.networks.registry import Generator, build, options_from_json
from generator.networks.resnet import ResNetOptions
from generator.networks.unet import UNetOptions

SHIPPED = Path(__file__).parent / "checkpoints" / "best.safetensors"
GENERATORS = (ResNetOptions.kind, UNetOptions.kind)
RUN_CHECKPOINTS = ("best.safetensors", "last.safetensors")  # the first that a run has is meant
PARTS = {"network": dict, "training": dict, "sha256": str}  # of the JSON


class CheckpointError(Refusal):
    """A checkpoint that cannot be used, in one sentence that names it and says what to do."""


def save_checkpoint(path: Path, network: nn.Module, options: Options, training: Mapping[str, Any]) -> None:
    """Write both files; each one appears whole or not at all. `training` must be plain JSON values."""
    weights = save({name: _compact(tensor) for name, tensor in network.state_dict().items()})
    with written_whole(path) as file:
        file.write(weights)
    write_description(path, options, training, hashlib.sha256(weights).hexdigest())


def write_description(path: Path, options: Options, training: Mapping[str, Any], sha256: str) -> None:
    content = {"network": options.to_json(), "training": dict(training), "sha256": sha256}
    with written_whole(_beside(path)) as file:
        file.write((json.dumps(content, indent=2) + "\n").encode())


def find_checkpoint(path: Path) -> Path:
    """The weights of a run, its best or else its last; or the file given. Raises CheckpointError for another folder."""
    if not path.is_dir():
        return path
    for name in RUN_CHECKPOINTS:
        if (path / name).is_file():
            return path / name
    raise CheckpointError(f"{path} is no run: it holds neither {' nor '.join(RUN_CHECKPOINTS)}.")


def load_checkpoint(path: Path, device: torch.device | str = "cpu") -> Generator:
    """The generator in float32 on `device`, ready to colorize. Raises CheckpointError."""
    generator: Generator = load_network(path, GENERATORS, device)
    return generator


def load_network(path: Path, kinds: Sequence[str], device: torch.device | str = "cpu") -> Any:
    """A network of one of these kinds in float32 on `device`, in evaluation mode. Raises CheckpointError."""
    description = describe(path)
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path}; train one or name another file.")
    network = _built(path, description, kinds)
    network.load_state_dict(_matching(path, _read_weights(path, description["sha256"]), network.state_dict()))
    return place(network, device).eval()


def check_shapes(path: Path, shapes: Mapping[str, Sequence[int]]) -> None:
    """That tensors of these names and shapes make the generator that the JSON beside `path` describes.

    Neither weights nor memory for them are touched, however large they say they are. Raises CheckpointError.
    """
    with torch.device("meta"):
        network = _built(path, describe(path), GENERATORS)
    _compare(path, shapes, network.state_dict())


def _built(path: Path, description: Mapping[str, Any], kinds: Sequence[str]) -> Any:
    """A network with random weights, of one of these kinds."""
    try:
        options = options_from_json(description["network"])
        if options.kind in kinds:
            return build(options)
    except (ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise CheckpointError(f"{_beside(path)} describes no network that this version knows: {error}") from error
    raise CheckpointError(f"{path} holds a network of the kind {options.kind}; {' or '.join(kinds)} is needed here.")


def describe(path: Path) -> dict[str, Any]:
    """What the JSON beside the weights says: network, training, sha256. Raises CheckpointError."""
    beside = _beside(path)
    if not beside.is_file():
        missing = "it describes" if path.is_file() else "nor"
        raise CheckpointError(f"There is no {beside}, {missing} {path.name}; copy both files of a checkpoint.")
    try:
        description = json.loads(beside.read_bytes())
    except ValueError as error:
        raise CheckpointError(f"{beside} is not JSON ({error}); copy it again.") from error
    if not isinstance(description, dict) or not all(
        isinstance(description.get(name), kind) for name, kind in PARTS.items()
    ):
        raise CheckpointError(f"{beside} must name network, training and sha256; it is no checkpoint's JSON.")
    return description


def _read_weights(path: Path, sha256: str) -> dict[str, Tensor]:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CheckpointError(
            f"{path} ({len(content):,} bytes) is not the file that {_beside(path).name} describes: "
            "it is cut short, changed, or another one; copy both files again."
        )
    try:
        return load(content)
    except SafetensorError as error:
        raise CheckpointError(f"{path} holds no safetensors weights ({error}).") from error


def _matching(path: Path, weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    _compare(path, {name: tensor.shape for name, tensor in weights.items()}, wanted)
    return {name: tensor.to(wanted[name].dtype) for name, tensor in weights.items()}


def _compare(path: Path, found: Mapping[str, Sequence[int]], wanted: Mapping[str, Tensor]) -> None:
    shapes = {name: tuple(shape) for name, shape in found.items()}
    expected = {name: tuple(tensor.shape) for name, tensor in wanted.items()}
    if shapes != expected:
        different = sorted(name for name in {*shapes, *expected} if shapes.get(name) != expected.get(name))
        raise CheckpointError(
            f"{path} holds the weights of another network than its JSON describes: {len(different)} of "
            f"{len(expected)} tensors differ, the first is {different[0]}."
        )


def _compact(tensor: Tensor) -> Tensor:
    """Half precision for matrices; batch-norm statistics are small and can exceed its range."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor.half() if tensor.is_floating_point() and tensor.dim() > 1 else tensor


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")
