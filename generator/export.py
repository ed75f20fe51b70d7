"""A generator as one ONNX file: for programs without torch, and faster than torch on most CPUs.

Input `lightness`: L* (B, 1, H, W) float32 in 0..100. Output `ab`: (B, 2, H, W) float32 in -110..110.
B is free, H and W are multiples of 32. All else stays the caller's: reading photos, shrinking, joining, gamut.
"""

import json
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from generator.errors import Refusal
from generator.files import written_whole
from generator.networks.blocks import STRIDE
from generator.networks.registry import Generator

OPSET = 17  # the oldest that has all that is needed, so that old runtimes can read it
# The runtimes add the same numbers in other orders, which makes about 0.0002. One step of eight bits is about 0.3 in
# ab, so 0.1 is never seen; an operator that means something else is wrong by whole units.
MOST_DIFFERENCE = 0.1


class ExportError(Refusal):
    """A file that would not colorize as its checkpoint does, in one sentence."""


@dataclass(frozen=True)
class Agreement:
    """How far ONNX Runtime's a* and b* are from torch's: mean and largest absolute difference."""

    mean: float
    most: float


def export(network: Generator, sha256: str, path: Path, real: Sequence[Tensor] = ()) -> Agreement:
    """Write the float32 `network` to `path`, whole or not at all, if ONNX Runtime agrees with it.

    The network is on the CPU, in evaluation mode. sha256: of its checkpoint, for the metadata. real: lightness of
    photos to check beside the made ones. Raises ExportError.
    """
    size = network.options.size
    content = to_onnx(network, {"network": json.dumps(network.options.to_json()), "checkpoint_sha256": sha256})
    agreement = compare(network, content, [*made_lightness(size), *real])
    if not agreement.most <= MOST_DIFFERENCE:
        raise ExportError(
            f"{path} is not written: ONNX Runtime's colours differ from torch's by up to {agreement.most:.3g}, "
            f"and {MOST_DIFFERENCE} is allowed; another version of torch or of ONNX Runtime may agree."
        )
    with written_whole(path) as file:
        file.write(content)
    return agreement


def to_onnx(network: Generator, metadata: dict[str, str]) -> bytes:
    """By the older of torch's two exporters: the same numbers as the newer's, in a twentieth of the time and with half
    of its requirements. It is marked as deprecated, which an exact pin of torch can bear.
    """
    free = {0: "batch", 2: "height", 3: "width"}
    with TemporaryDirectory() as folder, warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            network,
            (torch.rand(2, 1, STRIDE, 2 * STRIDE) * 100,),
            path,
            input_names=["lightness"],
            output_names=["ab"],
            dynamic_axes={"lightness": free, "ab": free},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(path)
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


@torch.inference_mode()
def compare(network: Generator, content: bytes, lightness: Iterable[Tensor]) -> Agreement:
    """How far the model `content` is from `network` on each of these batches of L* (B, 1, H, W)."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    differences = [np.abs(_run(session, batch) - network(batch).numpy()) for batch in lightness]
    return Agreement(
        mean=float(np.mean([difference.mean() for difference in differences])),
        most=float(np.max([difference.max() for difference in differences])),
    )


def made_lightness(size: int) -> list[Tensor]:
    """Two batches of other counts, shapes and kinds than the traced one: noise, and the soft shades of a photo."""
    random = torch.Generator().manual_seed(0)
    noise = torch.rand(1, 1, size, size, generator=random)
    coarse = torch.rand(3, 1, 8, 8, generator=random)
    return [100 * noise, 100 * F.interpolate(coarse, (size + 2 * STRIDE, size + STRIDE), mode="bilinear")]


def _run(session: onnxruntime.InferenceSession, lightness: Tensor) -> NDArray[np.float32]:
    ab: NDArray[np.float32] = session.run(["ab"], {"lightness": lightness.numpy()})[0]
    return ab
