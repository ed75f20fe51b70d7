"""Workers and work as pages of operating meet them."""

from datetime import timedelta
from uuid import uuid4

from django.db.models.functions import Now

from colortest.operating.models import Worker
from colortest.operating.services import Told, record_worker
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet
from colortest.stimuli.services import register_method


def told(**facts: object) -> Told:
    """What a worker says, unless told otherwise."""
    plain = {"key": uuid4(), "name": "celery@lab", "host": "lab", "process": 7, "device": "CPU, 2 threads"}
    return Told(**{**plain, **facts})  # type: ignore[arg-type]


def worker(*, silent: float = 0, **facts: object) -> Worker:
    """A worker that was heard of so many seconds ago."""
    said = told(**facts)
    record_worker(said)
    Worker.objects.filter(key=said.key).update(last_seen=Now() - timedelta(seconds=silent))
    return Worker.objects.get(key=said.key)


def grey() -> Algorithm:
    return register_method(slug="grey", name="Grey", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.GREY)


def rows(count: int, status: str = "PENDING", *, first: int = 0, error: str = "") -> None:
    """Colorizations by grey without any file, which no query of operating opens."""
    test_set, _ = TestSet.objects.get_or_create(slug="many", defaults={"name": "many", "status": "READY"})
    photos = [
        Photo(test_set=test_set, split="test", name=f"{n}.jpg", file=f"stimuli/{n}", sha256=f"{n:064}", **SIZES)
        for n in range(first, first + count)
    ]
    algorithm = grey()
    file = "stimuli/made.webp" if status == "READY" else ""
    Colorization.objects.bulk_create(
        Colorization(photo=photo, algorithm=algorithm, status=status, file=file, error=error)
        for photo in Photo.objects.bulk_create(photos)
    )


SIZES = {"byte_count": 1, "width": 256, "height": 256}
