"""One measurement of `bench_worker` in a process of its own; the last line that it prints is what it found: JSON."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colortest.settings")
django.setup()

import psutil  # noqa: E402
import torch  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from colortest.demo.photos import crops  # noqa: E402
from colortest.embedded.processes import start_worker, worker_ready  # noqa: E402
from colortest.stimuli import lightness, rendering, services  # noqa: E402
from colortest.stimuli.models import Algorithm, Colorization, Photo  # noqa: E402
from colortest.stimuli.quality import Quality  # noqa: E402
from colortest.stimuli.services import Finished  # noqa: E402
from generator.checkpoint import SHIPPED, save_checkpoint  # noqa: E402
from generator.colorizer import Colorizer, network_size, shrink, to_tensor  # noqa: E402
from generator.configurations import CONFIGURATIONS  # noqa: E402
from generator.lab import rgb_to_lightness  # noqa: E402
from generator.networks.registry import build  # noqa: E402
from tests.load.bench_worker import LARGE, WARMING  # noqa: E402
from tests.running import wait_until  # noqa: E402
from worker import making, threads  # noqa: E402
from worker.choosing import next_batch  # noqa: E402
from worker.methods import Method, method_of, pixels  # noqa: E402

BATCH = settings.COLORIZE_BATCH
BATCHES = 8  # measured in one process
SECONDS = 600.0


class Cost(NamedTuple):
    """Of one photo, seconds: by the clock, and of processors."""

    seconds: float
    processor: float


def stage(photos: str) -> Cost:
    """A test set of that many photos, each with a file of its own."""
    call_command("migrate", verbosity=0)
    _checkpoints()
    test_set = services.create_test_set(name="photographs")
    pictures = [rendering.render(image) for _, _, image in crops()]
    encoded = [rendering.encode(lightness.level(one, rendering.pixel_hash(one))) for one in pictures]
    for number in range(int(photos)):
        data, digest = encoded[number % len(encoded)], sha256(str(number).encode()).hexdigest()
        photo = Photo(test_set=test_set, split="test", name=str(number), sha256=digest, width=256, height=256)
        photo.byte_count = len(data)
        photo.file.save("photo.webp", ContentFile(data))
    return Cost(0.0, 0.0)


def _checkpoints() -> None:
    """What is shipped, and a larger network that was never trained: it takes as long as one that was."""
    folder = Path(settings.CHECKPOINT_DIR)
    shutil.copytree(SHIPPED.parent, folder)
    services.register_shipped()
    options = CONFIGURATIONS["best-resnet50"].network
    save_checkpoint(folder / "large.safetensors", build(options), options, {})
    services.register_checkpoint(slug=LARGE, name="Large", file_name="large.safetensors")


def device_on_a_core(slug: str) -> Cost:
    """Of the network alone, on the core that `made_beside` leaves to it."""
    *_, own = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {own})
    torch.set_num_threads(1)
    return device(slug)


def device(slug: str) -> Cost:
    """Of the network alone, as workers arrange it, on tensors that are there already."""
    algorithm = Algorithm.objects.get(slug=slug)
    photos = [pixels(photo) for photo in Photo.objects.all()[:BATCH]]
    if algorithm.kind != Algorithm.Kind.MODEL:
        return _alone(partial(method_of(algorithm).colour, [[photo] for photo in photos]))
    colorizer = Colorizer.load(services.checkpoint_path(algorithm.checkpoint))
    lightness = rgb_to_lightness(to_tensor(photos, colorizer.device))
    resident = shrink(lightness, network_size(*lightness.shape[-2:], colorizer.size))  # as large as it sees them
    return _alone(partial(_network, colorizer, resident))


@torch.inference_mode()
def _network(colorizer: Colorizer, resident: torch.Tensor) -> None:
    with torch.autocast(colorizer.device.type, torch.bfloat16, enabled=colorizer.precision == "bf16"):
        for some in resident.split(colorizer.batch):
            colorizer.network(some).sum().item()  # which waits for a GPU


def _alone(work: Callable[[], object]) -> Cost:
    def batches(count: int) -> None:
        for future in [threads.device().submit(work) for _ in range(count)]:
            future.result()

    batches(2)
    return _cost(partial(batches, BATCHES), BATCHES * BATCH)


def _cost(work: Callable[[], object], photos: int, processor: Callable[[], float] = time.process_time) -> Cost:
    """Of one of the photos; `processor` tells the seconds of processor time so far."""
    started, before = time.perf_counter(), processor()
    work()
    return Cost((time.perf_counter() - started) / photos, (processor() - before) / photos)


def cores(_: str) -> Cost:
    """Of reading, finishing and writing: a worker's own way, with the photo for its fake."""
    photos = list(Photo.objects.all()[: BATCH * BATCHES])
    batch = [Colorization(photo=photo) for photo in photos]
    written: list[str] = []

    def work() -> None:
        outcomes = making.make(batch, Method(lambda pictures: [own for (own,) in pictures])).outcomes
        written.extend(one[1] for one in making.write(outcomes) if isinstance(one, tuple))

    found = _cost(work, len(photos))
    services.delete_files(written)
    return found


def made(count: str, slug: str, photos: str) -> Cost:
    """From the request until the last of them is ready, by that many workers that have made others before."""
    algorithm = Algorithm.objects.get(slug=slug)
    with ExitStack() as stack:
        workers = [_worker(stack, max(1, len(os.sched_getaffinity(0)) // int(count))) for _ in range(int(count))]
        _forget(algorithm)  # of an earlier measurement
        _make(algorithm, WARMING)
        _forget(algorithm)
        return _cost(partial(_make, algorithm, int(photos)), int(photos), partial(_processor, workers))


def made_beside(slug: str, photos: str) -> Cost:
    """As `made` by one worker, whose network has a core for itself; all else has the other cores."""
    algorithm = Algorithm.objects.get(slug=slug)
    with ExitStack() as stack:
        worker = _worker(stack, 1)
        _forget(algorithm)  # of an earlier measurement
        _make(algorithm, WARMING)
        _part(worker)
        _forget(algorithm)
        return _cost(partial(_make, algorithm, int(photos)), int(photos), partial(_processor, [worker]))


def _part(worker: psutil.Process) -> None:
    """The thread that has computed most is the one with the network."""
    *others, own = sorted(os.sched_getaffinity(0))
    processes = [worker, *worker.children(recursive=True)]
    threads = sorted((sum(one[1:]), one.id) for process in processes for one in process.threads())
    for _, thread in threads[:-1]:
        os.sched_setaffinity(thread, others)
    os.sched_setaffinity(threads[-1][1], {own})
    os.sched_setaffinity(0, others)


def _worker(stack: ExitStack, share: int) -> psutil.Process:
    logs = Path(stack.enter_context(TemporaryDirectory()))
    worker = start_worker(settings.VAR, logs=logs, OMP_NUM_THREADS=str(share), LOG_LEVEL="INFO")
    stack.callback(worker.stop)
    wait_until(partial(worker_ready, worker), SECONDS)
    return psutil.Process(worker.pid)


def _processor(workers: Sequence[psutil.Process]) -> float:
    all_of_them = [one for worker in workers for one in (worker, *worker.children(recursive=True))]
    return sum(sum(one.cpu_times()[:2]) for one in all_of_them)


def _forget(algorithm: Algorithm) -> None:
    services.delete_files(str(row.file.name) for row in algorithm.colorizations.ready())
    algorithm.colorizations.all().delete()


def _make(algorithm: Algorithm, photos: int) -> None:
    wanted = Photo.objects.filter(pk__in=Photo.objects.values("pk")[:photos])
    services.request_colorizations(photos=wanted, algorithm=algorithm)
    while Colorization.objects.pending().exists():
        time.sleep(0.02)
    assert algorithm.colorizations.ready().count() == photos


def rows(count: str) -> Cost:
    """The statements of every batch, and nothing else: no worker runs that could answer."""
    Colorization.objects.all().delete()
    Photo.objects.filter(split="rows").delete()
    with connection.cursor() as cursor:
        columns = "test_set_id, split, name, file, sha256, byte_count, width, height"
        test_set = Photo.objects.values_list("test_set", flat=True)[:1].get()
        values = "SELECT %s, 'rows', n, n, n, 1, 256, 256 FROM generate_series(1, %s) n"
        cursor.execute(f"INSERT INTO stimuli_photo ({columns}) {values}", [test_set, int(count)])  # noqa: S608
    return _cost(_statements, int(count))


def _statements() -> None:
    grey, nothing = Algorithm.objects.get(slug="grey"), (Finished(b"", Quality(0.0, 0.0)), "made")
    services.request_colorizations(photos=Photo.objects.filter(split="rows"), algorithm=grey)
    while ids := next_batch():
        with transaction.atomic():
            batch = list(Colorization.objects.to_make(ids))
            services.store_colorizations(rows=batch, outcomes=[nothing] * len(batch), milliseconds=1.0)


ALL = (stage, device, device_on_a_core, cores, made, made_beside, rows)
STEPS: dict[str, Callable[..., Cost]] = {step.__name__: step for step in ALL}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])._asdict()))
