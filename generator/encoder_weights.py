"""Where an encoder's weights come from: torchvision's ImageNet weights, a pretext run of ours, or nowhere."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from generator.checkpoint import CheckpointError, load_network
from generator.networks.encoders import ClassifierOptions, Encoder
from generator.torch_files import read_torch
from generator.torchvision_schemas import import_torchvision_models

# torchvision's names, and ours for the same parts
PARTS = {"conv1": "stem.0", "bn1": "stem.1", **{f"layer{number}": f"stages.{number - 1}" for number in range(1, 5)}}


def imagenet_weights(encoder: str) -> dict[str, Tensor]:
    """torchvision's weights, downloaded once and checked. Raises CheckpointError where that cannot be done."""
    return weights_of_file(downloaded(import_torchvision_models().get_model_weights(encoder).DEFAULT.url), encoder)


def downloaded(url: str) -> Path:
    """The file of a NAME-HASH.pth address in torch's own cache. Raises CheckpointError where there is no network."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[-1]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not path.exists():
            torch.hub.download_url_to_file(url, str(path), _named_hash(path))
    except (OSError, RuntimeError) as error:
        raise CheckpointError(
            f"{path.name} cannot be downloaded ({error}): name a copy of it by --encoder FILE.pth, or train an encoder "
            "with the command pretext."
        ) from error
    return path


def weights_of_file(path: Path, encoder: str, sha256: str | None = None) -> dict[str, Tensor]:
    """The encoder in a file: a pretext checkpoint, or torchvision's NAME-HASH.pth.

    The hash, the first digits of the file's SHA-256, is checked; `sha256` replaces the one in the name.
    Raises CheckpointError.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no {path} to read an encoder from.")
    if path.suffix == ".safetensors":
        return _of_pretext(path, encoder)
    wanted = sha256 or _named_hash(path)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if not wanted or not found.startswith(wanted):
        raise CheckpointError(
            f"{path} has the SHA-256 {found}, not {wanted or 'one that was given'}; download it again."
        )
    return _matching(path, _from_torchvision(_saved(path)), encoder)


def _saved(path: Path) -> dict[str, Tensor]:
    """What torch saved in a file, if that is weights by their names."""
    try:
        weights = read_torch(path)
    except ValueError as error:
        raise CheckpointError(f"{error}: name a .pth file of torchvision's, or a pretext checkpoint.") from error
    if not isinstance(weights, dict) or not all(isinstance(tensor, Tensor) for tensor in weights.values()):
        raise CheckpointError(f"{path} holds something else than weights: name a .pth file of torchvision's.")
    return {str(name): tensor for name, tensor in weights.items()}


def _of_pretext(path: Path, encoder: str) -> dict[str, Tensor]:
    classifier = load_network(path, [ClassifierOptions.kind])
    return _matching(path, classifier.encoder.state_dict(), encoder)


def _named_hash(path: Path) -> str:
    """The first digits of the SHA-256 that torchvision puts at the end of a name; empty where it has none."""
    named = re.search(r"-([0-9a-f]{8,64})\.pth$", path.name)
    return named.group(1) if named else ""


def _from_torchvision(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Under our names and without the classifier."""
    parts = {name: name.partition(".") for name in weights}
    return {f"{PARTS[part]}.{rest}": weights[name] for name, (part, _dot, rest) in parts.items() if part in PARTS}


def _matching(path: Path, weights: dict[str, Tensor], encoder: str) -> dict[str, Tensor]:
    wanted = Encoder(encoder).state_dict()
    # Files older than torch 0.4.1, as torchvision's ResNet-18 is, do not count their batches.
    weights = {**{name: count for name, count in wanted.items() if name.endswith("num_batches_tracked")}, **weights}
    if {name: tensor.shape for name, tensor in weights.items()} != {n: tensor.shape for n, tensor in wanted.items()}:
        raise CheckpointError(f"{path} holds another encoder than {encoder}.")
    return weights
