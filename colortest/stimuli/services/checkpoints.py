"""Writes of checkpoints from the page: strictly checked, and kept in the folder that workers share."""

import json
import re
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services.algorithms import checkpoint_path, new_slug, register_checkpoint
from colortest.stimuli.services.uploads import told
from colortest.stimuli.weights import BadWeights, read_shapes

MOST_WEIGHTS, MOST_JSON = 2 * 10**9, 20 * 10**6
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.safetensors")


def checkpoints_to_register() -> list[str]:
    """Names of the files in the checkpoint folder that have their JSON and are not registered yet."""
    folder = Path(settings.CHECKPOINT_DIR)
    known = set(Algorithm.objects.exclude(checkpoint="").values_list("checkpoint", flat=True))
    names = sorted(path.name for path in folder.glob("*.safetensors") if path.with_suffix(".json").is_file())
    return [name for name in names if name not in known]


def register_checked(*, name: str, file_name: str) -> Algorithm:
    """Register a checkpoint of the folder after reading the header of its weights.

    Raises:
        Refused: the weights or the JSON are not those of a trained generator, or name or file is taken.
    """
    path = checkpoint_path(file_name)
    slug = new_slug(name)
    try:
        with path.open("rb") as file:
            read_shapes(file, path.stat().st_size)
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}.") from error
    except BadWeights as error:
        raise Refused(f"{path.name}: {error}") from error
    _check_kind(path.with_suffix(".json"))
    return register_checkpoint(slug=slug, name=name, file_name=file_name)


def upload_checkpoint(*, name: str, weights: "UploadedFile[bytes]", description: "UploadedFile[bytes]") -> Algorithm:
    """Keep both files of a checkpoint in its folder and register it; nothing stays where that is refused.

    Raises:
        Refused: a file is too large or has no plain name, another of that name is there, or as `register_checked`.
    """
    file_name = weights.name or ""
    if not NAME.fullmatch(file_name):
        raise Refused(f"“{file_name[:80]}” is no plain name of a .safetensors file: use letters, digits, - and _.")
    for file, most in ((weights, MOST_WEIGHTS), (description, MOST_JSON)):
        if (file.size or 0) > most:
            raise Refused(f"{file.name} has {told(file.size or 0)}, the limit is {told(most)}.")
    path = checkpoint_path(file_name)
    _keep(path, weights)
    try:
        _keep(path.with_suffix(".json"), description)
        try:
            return register_checked(name=name, file_name=file_name)
        except BaseException:
            path.with_suffix(".json").unlink(missing_ok=True)
            raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _keep(path: Path, file: "UploadedFile[bytes]") -> None:
    """Write a file that is not there yet."""
    try:
        opened = path.open("xb")
    except FileExistsError as error:
        raise Refused(f"There is already a {path.name} in the checkpoint folder: rename yours.") from error
    except OSError as error:
        raise Refused(f"{path.name} cannot be stored in the checkpoint folder: {error.strerror}.") from error
    try:
        with opened:
            for chunk in file.chunks():
                opened.write(chunk)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Refused(f"{path.name} cannot be stored in the checkpoint folder: {error.strerror}.") from error


def _check_kind(path: Path) -> None:
    """That the JSON tells of the kind of its network: workers build it from that."""
    try:
        summary = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(
            f"{path.name} is not JSON, or cannot be read: copy both files of the checkpoint again."
        ) from error
    network = summary.get("network") if isinstance(summary, dict) else None
    if not isinstance(network, dict) or not isinstance(network.get("kind"), str):
        raise Refused(f"{path.name} does not say of what kind its network is: copy both files of the checkpoint again.")
    if not isinstance(summary.get("training"), dict) or not isinstance(summary.get("sha256"), str):
        raise Refused(f"{path.name} must name training and sha256: copy both files of the checkpoint again.")
