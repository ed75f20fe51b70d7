"""How fast colorizing is, beside the bare network in the same run: `make bench ARGS=generator`.

All ways take turns within a round, and what counts is the median over the rounds of the ratio within one round: on a
machine that others use too, a slow minute then slows all alike.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import onnxruntime
import skimage.data
import torch
import torch.nn.functional as F
from torch import Tensor

from generator.colorizer import Colorizer, Photo, to_tensor
from generator.export import to_onnx
from generator.inference import ready
from generator.lab import join, rgb_to_lightness, share_out_of_gamut
from generator.networks.blocks import place
from generator.networks.registry import Generator, GeneratorOptions, build
from generator.networks.resnet import ResNetOptions
from generator.networks.unet import UNetOptions

SIDE, BATCH = 256, 8
NETWORKS: dict[str, GeneratorOptions] = {
    "resnet18": ResNetOptions(encoder="resnet18", size=SIDE),
    "resnet50": ResNetOptions(encoder="resnet50", size=SIDE),
    "resnet50-skips": ResNetOptions(encoder="resnet50", skips=True, size=SIDE),
    "unet": UNetOptions(size=SIDE),
}

Work = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=["resnet18"], help=f"some of {', '.join(NETWORKS)}")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--compile", action="store_true", help="torch.compile too: it takes a minute to start")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.networks:
        print(f"{name}: {BATCH} photos of {SIDE} pixels, {options.threads} threads, {options.rounds} rounds")
        _measure(_coloured(NETWORKS[name]), options.rounds, options.threads, compiled=options.compile)


def _measure(network: Generator, rounds: int, threads: int, *, compiled: bool) -> None:
    photos = _photos()
    colorizers = {precision: Colorizer(network, batch=BATCH, precision=precision) for precision in ("fp32", "bf16")}
    lightness = rgb_to_lightness(to_tensor(photos))
    lab, fp32 = (colorizers[precision].predict(to_tensor(photos)) for precision in ("bf16", "fp32"))
    print(f"  bf16 differs from fp32 by {float((lab - fp32)[:, 1:].abs().mean()):.3f} ab units in the mean")
    print(f"  {share_out_of_gamut(lab):.0%} of the pixels need their gamut fitted")
    ways = {
        "network as trained, fp32": _in(network, lightness, bf16=False),
        "network as trained, bf16": _in(network, lightness, bf16=True),
        "batch norms folded, fp32": _in(colorizers["fp32"].network, lightness, bf16=False),
        "batch norms folded, bf16": _in(colorizers["bf16"].network, lightness, bf16=True),
        "ONNX Runtime, fp32": _in_onnx_runtime(network, lightness, threads),
        "Colorizer, bf16": lambda: colorizers["bf16"].colorize(photos),
        "lightness and Lab to sRGB alone": lambda: _lab_alone(photos, lab),
        "training step, bf16": _training_step(network, lightness),
    }
    if compiled:
        ways |= {f"torch.compile, {precision}": _compiled(network, lightness, precision) for precision in colorizers}
    times = interleaved(ways, rounds)
    for name, seconds in times.items():
        against = [of / own for of, own in zip(times["network as trained, fp32"], seconds, strict=True)]
        each = statistics.median(seconds) * 1000 / BATCH
        print(f"  {name:32} {each:7.1f} ms a photo {statistics.median(against):6.2f} times as fast as the first")
    bare = times["batch norms folded, bf16"]
    for name in ("Colorizer, bf16", "lightness and Lab to sRGB alone"):
        share = statistics.median(own / of for own, of in zip(times[name], bare, strict=True))
        print(f"  {name}: {share:.2f} of the bare folded network in bf16")


def interleaved(ways: dict[str, Work], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way in each round, after one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, work in ways.items():
            started = time.perf_counter()
            work()
            if number:
                times[name].append(time.perf_counter() - started)
    return times


def _coloured(options: GeneratorOptions) -> Generator:
    """Random weights, which cost what trained ones cost; some colour, so that some of it has to be fitted."""
    torch.manual_seed(0)
    network: Generator = place(build(options), "cpu").eval()
    with torch.no_grad():
        torch.nn.init.normal_(network.decoder.exit.weight)
        raw = torch.atanh((network(rgb_to_lightness(to_tensor(_photos()))) / 110).clamp(-0.999, 0.999))
        network.decoder.exit.weight.mul_(0.2 / raw.std())  # a* and b* of about 22
    return network


def _photos() -> list[Photo]:
    places = [(skimage.data.astronaut(), y, x) for y in (0, 256) for x in (0, 256)]
    places += [(skimage.data.coffee(), y, x) for y in (0, 144) for x in (0, 344)]
    return [np.ascontiguousarray(photo[y : y + SIDE, x : x + SIDE]) for photo, y, x in places]


def _in(network: torch.nn.Module, lightness: Tensor, *, bf16: bool) -> Work:
    def work() -> None:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            network(lightness)

    return work


def _in_onnx_runtime(network: Generator, lightness: Tensor, threads: int) -> Work:
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")  # it would take time from the others
    content = to_onnx(network, {})
    session = onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"lightness": lightness.numpy()})


def _compiled(network: Generator, lightness: Tensor, precision: str) -> Work:
    started = time.perf_counter()
    work = _in(torch.compile(ready(network, precision)), lightness, bf16=precision == "bf16")
    work()
    print(f"  torch.compile, {precision}: {time.perf_counter() - started:.0f} s to start")
    return work


def _lab_alone(photos: Sequence[Photo], lab: Tensor) -> None:
    with torch.inference_mode():
        rgb_to_lightness(to_tensor(photos))
        join(lab[:, :1], lab[:, 1:])


def _training_step(network: Generator, lightness: Tensor) -> Work:
    """Forwards, backwards and AdamW on the Huber loss, with batch norms as in inference; without a discriminator."""
    trained = place(build(network.options), "cpu").eval()
    optimizer = torch.optim.AdamW(trained.parameters(), 1e-9)
    truth = torch.zeros(len(lightness), 2, *lightness.shape[2:])
    own_lightness = lightness.clone()  # one made in inference mode cannot be learned from

    def work() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            ab = trained(own_lightness)
        F.smooth_l1_loss(ab / 110, truth, beta=1 / 110).backward()
        optimizer.step()
        optimizer.zero_grad()

    return work


if __name__ == "__main__":
    main()
