"""How fast colorizing and training are, beside the bare network and beside a matrix product in the same run:

    make bench ARGS=generator
    python -m tests.load.bench_generator resnet18 resnet50 --device cuda --batch 64 --compile

All ways take turns within a round, and what counts is the median over the rounds of the ratio within one round: on a
machine that others use too, a slow minute then slows all alike. Each target is printed with what was measured.
"""

import argparse
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from generator.commands.arguments import device, positive
from generator.lab import share_out_of_gamut
from generator.networks.registry import GeneratorOptions
from generator.networks.resnet import ResNetOptions
from generator.networks.unet import UNetOptions
from generator.transfers import settle
from tests.load.bench_generator_ways import (
    PRECISIONS,
    SIDE,
    Subject,
    Work,
    compiled,
    in_network,
    in_onnx_runtime,
    lab_alone,
    matrix_product,
    operations,
    subject,
    training_step,
)

NETWORKS: dict[str, GeneratorOptions] = {
    "resnet18": ResNetOptions(encoder="resnet18", size=SIDE),
    "resnet18-skips": ResNetOptions(encoder="resnet18", skips=True, size=SIDE),  # the kind that ships
    "resnet50": ResNetOptions(encoder="resnet50", size=SIDE),
    "resnet50-skips": ResNetOptions(encoder="resnet50", skips=True, size=SIDE),
    "unet": UNetOptions(size=SIDE),
}
TRAINED, TRAINED_BF16 = "network as trained, fp32", "network as trained, bf16"
BARE = "batch norms folded, bf16"  # what the Colorizer uses where the device is fast at bf16
COLORIZER, EXPORTED = "Colorizer, bf16", "ONNX Runtime, fp32"
LAB, STEP, MATRIX = "lightness and Lab to sRGB alone", "training step, bf16", "matrix product, bf16"

Times = Mapping[str, Sequence[float]]  # seconds of each way in each round


@dataclass(frozen=True)
class Target:
    """A number and what it should be: `limit` at most, or at least."""

    name: str
    measured: float
    limit: float
    at_most: bool = False

    def __str__(self) -> str:
        met = self.measured <= self.limit if self.at_most else self.measured >= self.limit
        sign = "≤" if self.at_most else "≥"
        return f"  {self.name}: {self.measured:.2f}, target {sign} {self.limit:g}: {'met' if met else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    some = f"some of {', '.join(NETWORKS)}"
    parser.add_argument("networks", type=_network, nargs="*", default=["resnet18-skips"], help=some)
    parser.add_argument("--device", type=device, default="cpu", help="cpu or cuda")
    parser.add_argument("--batch", type=positive, default=8, help="photos at once")
    parser.add_argument("--threads", type=positive, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=positive, default=9)
    parser.add_argument("--compile", action="store_true", help="torch.compile too: it takes a minute to start")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{_named(torch.device(options.device), options.threads)}, torch {torch.__version__}")
    for name in options.networks:
        print(f"{name}: {options.batch} photos of {SIDE} pixels, {options.rounds} rounds")
        given = subject(NETWORKS[name], torch.device(options.device), options.batch)
        _measure(given, options.rounds, options.threads, compiling=options.compile)


def _network(text: str) -> str:
    if text not in NETWORKS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(NETWORKS)}")
    return text


def _measure(given: Subject, rounds: int, threads: int, *, compiling: bool) -> None:
    lab, fp32 = given.lab("bf16"), given.lab("fp32")
    print(f"  {share_out_of_gamut(lab):.0%} of the pixels need their gamut fitted")
    ways = _ways(given, threads, compiling=compiling)
    counted = {BARE: operations(ways[BARE]), STEP: operations(ways[STEP])}
    ways[MATRIX], counted[MATRIX] = matrix_product(given.device)
    times = interleaved(ways, rounds, given.device)
    for line in _table(times, len(given.photos)):
        print(line)
    for line in _rates(times, counted, len(given.photos)):
        print(line)
    for target in _targets(times, counted, float((lab - fp32)[:, 1:].abs().mean()), given.device):
        print(target)


def _ways(given: Subject, threads: int, *, compiling: bool) -> dict[str, Work]:
    ways: dict[str, Work] = {
        TRAINED: in_network(given.network, given.lightness, "fp32"),
        TRAINED_BF16: in_network(given.network, given.lightness, "bf16"),
        "batch norms folded, fp32": in_network(given.colorizers["fp32"].network, given.lightness, "fp32"),
        BARE: in_network(given.colorizers["bf16"].network, given.lightness, "bf16"),
    }
    if given.device.type == "cpu":
        ways[EXPORTED] = in_onnx_runtime(given, threads)
    ways[COLORIZER] = lambda: given.colorizers["bf16"].colorize(given.photos)
    ways[LAB] = lab_alone(given)
    ways[STEP] = training_step(given)
    if compiling:
        ways |= {f"torch.compile, {precision}": compiled(given, precision) for precision in PRECISIONS}
    return ways


def interleaved(ways: Mapping[str, Work], rounds: int, device: torch.device) -> dict[str, list[float]]:
    """Seconds of each way in each round, after one that does not count; a GPU has done all of it by then."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, work in ways.items():
            settle(device)
            started = time.perf_counter()
            work()
            settle(device)
            if number:
                times[name].append(time.perf_counter() - started)
    return times


def _table(times: Times, batch: int) -> Iterator[str]:
    for name, seconds in times.items():
        if name != MATRIX:
            each = statistics.median(seconds) * 1000 / batch
            faster = _ratio(times, TRAINED, name)
            yield f"  {name:32} {each:9.3f} ms a photo {faster:6.2f} times as fast as the first"


def _rates(times: Times, counted: Mapping[str, int], batch: int) -> Iterator[str]:
    for name, count in counted.items():
        rate = count / statistics.median(times[name]) / 1e12
        cost = "" if name == MATRIX else f"{count / batch / 2e9:.1f} GMAC a photo, "
        share = "" if name == MATRIX else f", {_share_of_matrix(times, counted, name):.0%} of the matrix product's"
        yield f"  {name}: {cost}{rate:.3g} TFLOP/s{share}"
    yield f"  {LAB}: {_ratio(times, LAB, BARE):.2f} of the bare folded network in bf16"


def _targets(times: Times, counted: Mapping[str, int], difference: float, device: torch.device) -> Iterator[Target]:
    yield Target("the Colorizer's time, of the bare network's", _ratio(times, COLORIZER, BARE), 1.15, at_most=True)
    yield Target("bf16, times as fast as fp32", _ratio(times, TRAINED, TRAINED_BF16), 2)
    yield Target("bf16 differs from fp32, ab units in the mean", difference, 1, at_most=True)
    if device.type == "cpu":
        yield Target("the exported file, times as fast as fp32", _ratio(times, TRAINED, EXPORTED), 1.5)
        return
    yield Target("of the matrix product's rate, inference", _share_of_matrix(times, counted, BARE), 0.4)
    yield Target("of the matrix product's rate, training", _share_of_matrix(times, counted, STEP), 0.4)


def _ratio(times: Times, name: str, other: str) -> float:
    """The time of one way, of another's: the median of the rounds."""
    return statistics.median(own / of for own, of in zip(times[name], times[other], strict=True))


def _share_of_matrix(times: Times, counted: Mapping[str, int], name: str) -> float:
    """The rate at which a way computes, of the rate of the matrix product."""
    return _ratio(times, MATRIX, name) * counted[name] / counted[MATRIX]


def _named(device: torch.device, threads: int) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {threads} threads"


if __name__ == "__main__":
    main()
