"""Pictures on their way to a device and back: the same bits, from several threads at once too."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from generator.colorizer import Colorizer, Photo
from generator.networks.blocks import place
from generator.transfers import fetch, own_stream, send
from tests.generator.photos import astronaut, colourful_network

on_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
DEVICES = ["cpu", pytest.param("cuda", marks=on_cuda)]


def photos() -> list[Photo]:
    return [astronaut()[top : top + 64, 30:126] for top in range(0, 320, 20)]


def colorizer(device: str) -> Colorizer:
    return Colorizer(place(colourful_network(), device), batch=4, precision="fp32")


@pytest.mark.parametrize("device", DEVICES)
def test_pictures_come_back_as_they_went(device: str) -> None:
    with own_stream(torch.device(device)):
        sent = send(photos(), torch.device(device))
        assert (sent.device.type, sent.shape, sent.dtype) == (device, (16, 64, 96, 3), torch.uint8)
        assert np.array_equal(fetch(255 - sent), 255 - np.stack(photos()))


@pytest.mark.parametrize("device", DEVICES)
def test_threads_side_by_side_colour_as_one_after_the_other(device: str) -> None:
    shared = colorizer(device)
    alone = shared.colorize(photos())
    with ThreadPoolExecutor(3) as pool:
        for together in pool.map(lambda _: shared.colorize(photos()), range(6)):
            for one, other in zip(alone, together, strict=True):
                assert np.abs(one.astype(int) - other).max() <= 1


@on_cuda
def test_a_gpu_colours_as_a_cpu_does() -> None:
    for one, other in zip(*(colorizer(device).colorize(photos()) for device in ("cpu", "cuda")), strict=True):
        assert np.abs(one.astype(int) - other).mean() < 0.5
