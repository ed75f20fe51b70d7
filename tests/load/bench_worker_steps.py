"""One measurement of `bench_worker` in a process of its own; the last line that it prints is what it found: JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colortest.settings")
django.setup()

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
from generator.colorizer import Colorizer, to_tensor  # noqa: E402
from generator.lab import rgb_to_lightness  # noqa: E402
from tests.load.bench_worker import WARMING  # noqa: E402
from tests.running import wait_until  # noqa: E402
from worker import making, threads  # noqa: E402
from worker.choosing import next_batch  # noqa: E402
from worker.methods import Method, Pixels, method_of, pixels  # noqa: E402

BATCH = settings.COLORIZE_BATCH
BATCHES = 8  # measured in one process
SECONDS = 3600.0


def stage(photos: str) -> float:
    """A test set of that many photos, each with a file of its own."""
    call_command("migrate", verbosity=0)
    services.register_shipped()
    test_set = services.create_test_set(name="photographs")
    pictures = [rendering.render(image) for _, _, image in crops()]
    encoded = [rendering.encode(lightness.level(one, rendering.pixel_hash(one))) for one in pictures]
    for number in range(int(photos)):
        data, digest = encoded[number % len(encoded)], sha256(str(number).encode()).hexdigest()
        photo = Photo(test_set=test_set, split="test", name=str(number), sha256=digest, width=256, height=256)
        photo.byte_count = len(data)
        photo.file.save("photo.webp", ContentFile(data))
    return 0.0


def device(slug: str) -> float:
    """Seconds a photo of the network alone, as workers arrange it, on tensors that are there already."""
    algorithm = Algorithm.objects.get(slug=slug)
    photos = [pixels(photo) for photo in Photo.objects.all()[:BATCH]]
    if algorithm.kind != Algorithm.Kind.MODEL:
        return _alone(partial(method_of(algorithm).colour, [[photo] for photo in photos]))
    colorizer = Colorizer.load(services.checkpoint_path(algorithm.checkpoint), batch=BATCH)
    return _alone(partial(_network, colorizer, rgb_to_lightness(to_tensor(photos).to(colorizer.device))))


@torch.inference_mode()
def _network(colorizer: Colorizer, resident: torch.Tensor) -> None:
    with torch.autocast(colorizer.device.type, torch.bfloat16, enabled=colorizer.precision == "bf16"):
        colorizer.network(resident).sum().item()  # which waits for a GPU


def _alone(work: Callable[[], object]) -> float:
    def batches(count: int) -> float:
        started = time.perf_counter()
        for future in [threads.device().submit(work) for _ in range(count)]:
            future.result()
        return time.perf_counter() - started

    batches(2)
    return batches(BATCHES) / BATCHES / BATCH


def cores(_: str) -> float:
    """Seconds a photo of reading, finishing and writing: a worker's own way, with the photo for its fake."""
    photos = list(Photo.objects.all()[: BATCH * BATCHES])
    rows = [Colorization(photo=photo) for photo in photos]
    started = time.perf_counter()
    made = making.make(rows, Method(lambda batch: [_itself(*one) for one in batch]))
    names = making.write(made.outcomes)
    seconds = time.perf_counter() - started
    services.delete_files(name for _, name in names)  # type: ignore[misc]  # none failed
    return seconds / len(photos)


def _itself(photo: Pixels) -> Pixels:
    return photo


def made(count: str, slug: str, photos: str) -> float:
    """From the request until the last of them is ready, by that many workers that have made others before."""
    algorithm = Algorithm.objects.get(slug=slug)
    with ExitStack() as stack:
        for _ in range(int(count)):
            logs = stack.enter_context(TemporaryDirectory())
            share = str(max(1, len(os.sched_getaffinity(0)) // int(count)))
            worker = start_worker(settings.VAR, logs=Path(logs), OMP_NUM_THREADS=share, LOG_LEVEL="INFO")
            stack.callback(worker.stop)
            wait_until(partial(worker_ready, worker), SECONDS)
        _make(algorithm, WARMING)
        return _make(algorithm, int(photos))


def _make(algorithm: Algorithm, photos: int) -> float:
    services.delete_files(str(row.file.name) for row in algorithm.colorizations.ready())
    algorithm.colorizations.all().delete()
    started = time.perf_counter()
    wanted = Photo.objects.filter(pk__in=Photo.objects.values("pk")[:photos])
    services.request_colorizations(photos=wanted, algorithm=algorithm)
    while Colorization.objects.pending().exists():
        time.sleep(0.02)
    assert algorithm.colorizations.ready().count() == photos
    return time.perf_counter() - started


def rows(count: str) -> float:
    """The statements of every batch, and nothing else: no worker runs that could answer."""
    nothing = (Finished(b"", Quality(0.0, 0.0)), "made")
    Colorization.objects.all().delete()
    Photo.objects.filter(split="rows").delete()
    algorithm = Algorithm.objects.get(slug="grey")
    with connection.cursor() as cursor:
        columns = "test_set_id, split, name, file, sha256, byte_count, width, height"
        test_set = Photo.objects.values_list("test_set", flat=True)[:1].get()
        values = "SELECT %s, 'rows', n, n, n, 1, 256, 256 FROM generate_series(1, %s) n"
        cursor.execute(f"INSERT INTO stimuli_photo ({columns}) {values}", [test_set, int(count)])  # noqa: S608
    started = time.perf_counter()
    wanted = Photo.objects.filter(split="rows")
    services.request_colorizations(photos=wanted, algorithm=algorithm)
    while ids := next_batch():
        with transaction.atomic():
            batch = list(Colorization.objects.to_make(ids))
            services.store_colorizations(rows=batch, outcomes=[nothing] * len(batch), milliseconds=1.0)
    return time.perf_counter() - started


STEPS = {step.__name__: step for step in (stage, device, cores, made, rows)}

if __name__ == "__main__":
    print(json.dumps({"seconds": STEPS[sys.argv[1]](*sys.argv[2:])}))
