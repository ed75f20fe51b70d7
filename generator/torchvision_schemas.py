"""Lets torchvision be imported where its compiled operators cannot be loaded.

torchvision's wheel is linked against CUDA. Beside a CPU-only torch its library does not load, and then
`import torchvision` fails, because it describes two operators (`nms` and `qnms`) that nothing has declared.
Declaring them is enough: the networks here never call them. Where the library does load it has declared them
itself, so it is always tried first; declaring them before it would make it fail as a second declaration.
"""

import importlib
import importlib.util
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import torch

SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


def import_torchvision_models() -> ModuleType:
    """`torchvision.models`, importable whether or not torchvision's own operators load."""
    _load_native_operators()
    missing = [schema for name, schema in SCHEMAS.items() if not hasattr(torch.ops.torchvision, name)]
    for schema in missing:
        _library().define(schema)
    return importlib.import_module("torchvision.models")


def _load_native_operators() -> None:
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("torchvision is not installed; see requirements.txt.")
    for library in sorted(Path(spec.origin).parent.glob("_C*.*")):
        with suppress(OSError):  # the wrong build for this torch: the very case this module is for
            torch.ops.load_library(str(library))


_libraries: list[torch.library.Library] = []


def _library() -> torch.library.Library:
    """One handle for the life of the process: torch forgets a declaration when its handle is collected."""
    if not _libraries:
        _libraries.append(torch.library.Library("torchvision", "FRAGMENT"))
    return _libraries[0]
