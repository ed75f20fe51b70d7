"""Out of memory: told from other errors, met by halving the batch, and said in one sentence."""

import logging
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.colorizer import Colorizer, Photo
from generator.memory import OutOfMemory, is_device_lost, is_out_of_memory
from generator.metrics import evaluate
from tests.generator.photos import TINY, astronaut, colourful_network

# The address space is limited once everything is loaded: to 200 MB more than that, and then to 2 MB more.
IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
import numpy, torch
from generator.colorizer import Colorizer
from generator.networks.unet import UNet, UNetOptions

def leave(megabytes):
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + megabytes * 2**20,) * 2)

torch.set_num_threads(1)
photos = list(numpy.random.default_rng(0).integers(0, 256, (16, 256, 256, 3), numpy.uint8))
colorizer = Colorizer(UNet(UNetOptions()), batch=16, precision="fp32")
alone = colorizer.colorize(photos[:1])
leave(200)
together = colorizer.colorize(photos)
print(len(together), colorizer.batch < 16, abs(together[0].astype(int) - alone[0]).max() <= 1)
large = numpy.zeros((3000, 3000, 3), numpy.uint8)
leave(2)
try:
    colorizer.colorize([large])
except Exception as error:
    print(type(error).__name__, error)
"""


class Small(nn.Module):
    """Refuses more images at once than it has room for, in the words of torch's CPU allocator."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.network = colourful_network()
        self.options = TINY
        self.room = room

    def forward(self, lightness: Tensor) -> Tensor:
        if len(lightness) > self.room:
            torch.empty(2**60)
        ab: Tensor = self.network(lightness)
        return ab


def photos() -> list[Photo]:
    return [np.ascontiguousarray(astronaut()[top : top + 48, :64]) for top in range(0, 350, 50)]


def test_what_the_allocator_says_of_too_much_is_out_of_memory() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60)
    assert is_out_of_memory(raised.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert is_out_of_memory(MemoryError())


def test_a_wrong_shape_is_not_out_of_memory() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.zeros(2, 3) @ torch.zeros(2, 3)
    assert not is_out_of_memory(raised.value)
    assert not is_device_lost(raised.value)
    assert not is_out_of_memory(ValueError("out of memory"))


def test_a_lost_device_is_told_from_memory_that_ran_out() -> None:
    """By torch's own classes, in the words of CUDA, to which torch adds a hint that speaks of assertions."""
    hint = "\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions."
    lost = torch.AcceleratorError(f"CUDA error: an illegal memory access was encountered{hint}")
    assert (is_device_lost(lost), is_out_of_memory(lost)) == (True, False)
    for full in (
        torch.AcceleratorError(f"CUDA error: out of memory{hint}"),
        torch.OutOfMemoryError("CUDA"),
        MemoryError(),
    ):
        assert (is_device_lost(full), is_out_of_memory(full)) == (False, True)
    cublas = RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")
    assert (is_device_lost(cublas), is_out_of_memory(cublas)) == (False, True)


def test_the_batch_is_halved_until_it_fits_which_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        colorizer = Colorizer(Small(room=2), batch=8)
        colorizations = colorizer.colorize(photos())
    assert colorizer.batch <= 2
    assert [record.message for record in caplog.records] == [
        "Out of memory with 7 photos at once: going on with 3, or fewer."
    ]
    for made, expected in zip(colorizations, Colorizer(Small(room=8)).colorize(photos()), strict=True):
        assert np.abs(made.astype(int) - expected).max() <= 1


def test_more_is_tried_after_a_while_for_others_may_have_held_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.colorizer.PASSES", 4)
    colorizer = Colorizer(Small(room=3), batch=8)
    batches = []
    for _ in range(10):
        colorizer.colorize(photos())
        batches.append(colorizer.batch)
    assert set(batches) <= {1, 2, 3, 6}, "too many for the room come back to fewer"
    colorizer.network.room = 8
    for _ in range(6):
        colorizer.colorize(photos())
    assert colorizer.batch == 8


def test_measuring_goes_on_with_fewer_photos_at_once_and_finds_the_same() -> None:
    scarce, plenty = Colorizer(Small(room=2), batch=8), Colorizer(Small(room=8), batch=8)
    assert evaluate(scarce, photos()) == pytest.approx(evaluate(plenty, photos()), rel=1e-3, abs=1e-3)
    assert scarce.batch <= 2


def test_where_one_photo_is_too_many_one_sentence_says_so() -> None:
    with pytest.raises(OutOfMemory, match="does not suffice to colorize one photo"):
        Colorizer(Small(room=0)).colorize(photos())


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    network = Small(room=8)
    network.register_forward_pre_hook(lambda module, inputs: (inputs[0][:, :, :5],))
    colorizer = Colorizer(network, batch=8)
    with pytest.raises(RuntimeError, match="size"):
        colorizer.colorize(photos())
    assert colorizer.batch == 8


def test_it_colorizes_all_photos_in_a_process_with_little_memory() -> None:
    done = subprocess.run([sys.executable, "-c", IN_LITTLE_MEMORY], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "16 True True",
        "OutOfMemory Memory on cpu does not suffice to colorize one photo; free some.",
    ], done.stderr
    assert done.stderr.count("Out of memory with") == 1
