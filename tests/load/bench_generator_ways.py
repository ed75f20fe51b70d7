"""The ways to colorize and to train that bench_generator times, each as a function without arguments."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
import onnxruntime
import skimage.data
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from generator.colorizer import Colorizer, Photo, to_tensor
from generator.export import to_onnx
from generator.inference import Precision, ready
from generator.lab import join, rgb_to_lightness
from generator.networks.blocks import place
from generator.networks.registry import Generator, GeneratorOptions, build
from generator.training.game import Game
from generator.training.labels import Labels
from generator.training.options import Stage
from generator.training.processes import Processes

SIDE = 256
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")
MATRIX_SIDE = {"cpu": 2048, "cuda": 8192}  # large enough to reach the full rate, small enough to take little time

Work = Callable[[], object]


@dataclass(frozen=True)
class Subject:
    """One network on a device, and what it is given: photos, and their L* (B, 1, H, W) there."""

    network: Generator
    photos: list[Photo]
    lightness: Tensor
    colorizers: dict[Precision, Colorizer]

    @property
    def device(self) -> torch.device:
        return self.lightness.device

    def lab(self, precision: Precision) -> Tensor:
        """The colorizations as CIELab (B, 3, H, W), before they are made to fit the gamut."""
        return self.colorizers[precision].predict(to_tensor(self.photos))


def subject(options: GeneratorOptions, device: torch.device, batch: int) -> Subject:
    photos = list(islice(cycle(_crops()), batch))
    lightness = rgb_to_lightness(to_tensor(photos, device))
    network = _coloured(options, lightness)
    colorizers = {precision: Colorizer(network, batch=batch, precision=precision) for precision in PRECISIONS}
    return Subject(network, photos, lightness, colorizers)


def in_network(network: torch.nn.Module, lightness: Tensor, precision: Precision) -> Work:
    def work() -> None:
        with torch.inference_mode(), torch.autocast(lightness.device.type, torch.bfloat16, precision == "bf16"):
            network(lightness)

    return work


def in_onnx_runtime(given: Subject, threads: int) -> Work:
    """The exported file, which is for CPUs."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")  # it would take time from the others
    content = to_onnx(given.network, {})
    session = onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"lightness": given.lightness.numpy()})


def compiled(given: Subject, precision: Precision) -> Work:
    """By torch.compile, which takes its time here and not while it is measured."""
    started = time.perf_counter()
    work = in_network(torch.compile(ready(given.network, precision)), given.lightness, precision)
    work()
    print(f"  torch.compile, {precision}: {time.perf_counter() - started:.0f} s to start")
    return work


def lab_alone(given: Subject) -> Work:
    """All that a Colorizer computes on the device but the network."""
    lab = given.lab("bf16")

    def work() -> None:
        with torch.inference_mode():
            rgb_to_lightness(to_tensor(given.photos, given.device))
            join(lab[:, :1], lab[:, 1:])

    return work


def training_step(given: Subject) -> Work:
    """A step of training as it is, on the Huber loss in bf16, with batch norms as in inference; no discriminator."""
    stage = Stage("bench", {"encoder": 1e-9, "decoder": 1e-9}, steps=1, frozen_norm=("encoder", "decoder"))
    learner: Generator = place(build(given.network.options), given.device)
    game = Game(stage, learner, None, Labels("hard", torch.Generator()), Processes())
    rgb = to_tensor(given.photos, given.device)
    return lambda: game.learn(rgb, 0.5)


def matrix_product(device: torch.device) -> tuple[Work, int]:
    """A product of two square matrices in bf16, the fastest that the device multiplies at, and its operations."""
    side = MATRIX_SIDE[device.type]
    first, second = (torch.randn(side, side, device=device).bfloat16() for _ in range(2))
    return lambda: first @ second, 2 * side**3


def operations(work: Work) -> int:
    """Multiplications and additions of all convolutions and matrix products in it; a GMAC is 2e9 of them."""
    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())


def _coloured(options: GeneratorOptions, lightness: Tensor) -> Generator:
    """Random weights, which cost what trained ones cost; some colour, so that some of it has to be fitted."""
    torch.manual_seed(0)
    network: Generator = place(build(options), lightness.device).eval()
    with torch.no_grad():
        torch.nn.init.normal_(network.decoder.exit.weight)
        raw = torch.atanh((network(lightness) / 110).clamp(-0.999, 0.999))
        network.decoder.exit.weight.mul_(0.2 / raw.std())  # a* and b* of about 22
    return network


def _crops() -> Iterator[Photo]:
    places = [(skimage.data.astronaut(), y, x) for y in (0, 256) for x in (0, 256)]
    places += [(skimage.data.coffee(), y, x) for y in (0, 144) for x in (0, 344)]
    yield from (np.ascontiguousarray(photo[y : y + SIDE, x : x + SIDE]) for photo, y, x in places)
