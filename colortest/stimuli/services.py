"""Writes of test sets, algorithms and colorizations. Each is atomic and rings for what follows it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import partial
from math import ceil
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import slugify
from PIL.Image import Image

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli import archive, lightness, rendering
from colortest.stimuli.models import Algorithm, Colorization, Photo, PhotoQuerySet, TestSet, read_stimulus
from colortest.stimuli.quality import quality

WAKE = 4


@transaction.atomic
def upload_test_set(*, name: str, upload: UploadedFile, licence: str = "", source: str = "") -> TestSet:
    """Keep an uploaded zip and ring for its import."""
    test_set = create_test_set(name=name, licence=licence, source=source)
    test_set.upload.save("upload.zip", upload)
    jobs.import_test_set(test_set.pk)
    return test_set


def create_test_set(*, name: str, licence: str = "", source: str = "") -> TestSet:
    """An empty test set under a slug of its own.

    Raises:
        Refused: the name leaves no slug, or another test set has it.
    """
    slug = slugify(name)[:50]
    if not slug:
        raise Refused(f"A test set needs a name with letters or digits, not “{name}”.")
    test_set, made = TestSet.objects.get_or_create(
        slug=slug, defaults={"name": name, "licence": licence, "source": source}
    )
    if not made:
        raise Refused(f"There is already a test set “{test_set.name}”: choose another name.")
    return test_set


def import_uploaded(*, test_set_id: int) -> TestSet:
    """UPLOADED → READY, or REJECTED when nothing in the upload can be used. Does nothing in any other state."""
    with transaction.atomic():
        waiting = TestSet.objects.waiting().select_for_update(skip_locked=True)
        test_set = waiting.filter(pk=test_set_id).exclude(upload="").first()
        if test_set is None:
            return TestSet.objects.get(pk=test_set_id)
        import_photos(test_set=test_set, path=Path(test_set.upload.path))
        finish_upload(test_set=test_set)
        colorize_with_all(test_set=test_set)
    return test_set


def finish_upload(*, test_set: TestSet) -> None:
    """Forget the uploaded archive; its file goes once that is committed, so that no crash leaves a row without it."""
    storage, name = test_set.upload.storage, str(test_set.upload.name)
    test_set.upload = ""
    test_set.save(update_fields=["upload"])
    transaction.on_commit(partial(storage.delete, name))


@transaction.atomic
def reject_upload(*, test_set_id: int, reason: str) -> None:
    """UPLOADED → REJECTED, with the reason."""
    test_set = TestSet.objects.waiting().filter(pk=test_set_id).first()
    if test_set:
        test_set.status, test_set.problems = TestSet.Status.REJECTED, [("the upload", reason)]
        test_set.save(update_fields=["status", "problems"])
        finish_upload(test_set=test_set)


def colorize_with_all(*, test_set: TestSet) -> None:
    """Ask every algorithm for its colorizations of a test set."""
    for algorithm in Algorithm.objects.all():
        request_colorizations(photos=test_set.photos.all(), algorithm=algorithm)


@transaction.atomic
def import_photos(*, test_set: TestSet, path: Path, splits: Mapping[str, str] | None = None) -> TestSet:
    """Render and store every usable photo of a folder or zip; name what was not kept, and why.

    Args:
        splits: split name → folder inside `path`; by default the folders of the upload are the splits.
    """
    problems: list[tuple[str, str]] = []
    try:
        for entry in archive.walk(path, splits=splits):
            problem = _keep(test_set, entry) if isinstance(entry, archive.Entry) else entry
            if problem:
                problems.append((problem.name, problem.reason))
    except archive.BadArchive as error:
        problems.append((path.name if not test_set.upload else "the upload", str(error)))
    except BaseException:
        _delete_files(test_set)  # the rows will be rolled back, and nobody would know of the files
        raise
    kept = test_set.photos.exists()
    test_set.status = TestSet.Status.READY if kept else TestSet.Status.REJECTED
    test_set.problems = problems
    test_set.save(update_fields=["status", "problems"])
    return test_set


def _delete_files(test_set: TestSet) -> None:
    for photo in test_set.photos.all():
        photo.file.storage.delete(str(photo.file.name))


def _keep(test_set: TestSet, entry: archive.Entry) -> archive.Problem | None:
    """Store one photo, or say why not."""
    try:
        image = rendering.decode(entry.read())
        rendered = rendering.render(image)
    except (rendering.Unreadable, archive.BadEntry) as error:
        return archive.Problem(entry.name, str(error))
    digest = rendering.pixel_hash(rendered)
    twin = Photo.objects.filter(test_set=test_set, sha256=digest).first()
    if twin:
        return archive.Problem(entry.name, f"the same picture as {twin.name}")
    # The hash is of the photo as it came: who has nothing but the stimuli cannot know the levels that follow from it.
    data = rendering.encode(lightness.level(rendered, digest))
    Photo.objects.create(
        test_set=test_set,
        split=entry.split,
        name=entry.name,
        sha256=digest,
        width=image.width,
        height=image.height,
        file=ContentFile(data, "photo.webp"),
        byte_count=len(data),
    )
    return None


@transaction.atomic
def request_colorizations(*, photos: PhotoQuerySet, algorithm: Algorithm) -> int:
    """Insert the PENDING rows that are missing and ring for them. Returns how many were."""
    missing = photos.without_colorization(algorithm).values_list("pk", flat=True)
    rows = [Colorization(photo_id=pk, algorithm=algorithm) for pk in missing]
    Colorization.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    _ring_for(algorithm, len(rows))
    return len(rows)


@transaction.atomic
def retry_failed(*, algorithm: Algorithm, photos: PhotoQuerySet | None = None) -> int:
    """FAILED → PENDING for an algorithm's colorizations, of these photos or of all, and ring. Returns how many."""
    failed = algorithm.colorizations.failed()
    failed = failed if photos is None else failed.filter(photo__in=photos)
    count = failed.update(status=Colorization.Status.PENDING, error="")
    _ring_for(algorithm, count)
    return count


def _ring_for(algorithm: Algorithm, count: int) -> None:
    """One ring a batch, for up to as many workers as one request may wake; each full batch then rings for another."""
    for _ in range(min(ceil(count / settings.COLORIZE_BATCH), WAKE)):
        jobs.colorize(algorithm.pk)


def store_colorization(*, colorization: Colorization, image: Image, milliseconds: float) -> None:
    """PENDING → READY: the same rendering, lightness and encoder as the photo went through."""
    photo = rendering.stored(read_stimulus(colorization.photo.file))
    shown = lightness.level_with(rendering.render(image), photo, colorization.photo.sha256)
    data, measured = rendering.encode(shown), quality(shown, photo)
    colorization.file.save("colorization.webp", ContentFile(data), save=False)
    colorization.status = Colorization.Status.READY
    colorization.byte_count = len(data)
    colorization.milliseconds = milliseconds
    colorization.psnr, colorization.colourfulness = measured.psnr, measured.colourfulness
    changed = ["file", "status", "byte_count", "milliseconds", "psnr", "colourfulness"]
    colorization.save(update_fields=changed)


def fail_colorizations(*, colorizations: Iterable[Colorization], reason: str) -> None:
    """PENDING → FAILED, with the reason."""
    ids = [colorization.pk for colorization in colorizations]
    Colorization.objects.filter(pk__in=ids).update(status=Colorization.Status.FAILED, error=reason[:1000])


def register_checkpoint(*, slug: str, name: str, file_name: str) -> Algorithm:
    """Register a trained generator by its file in the checkpoint folder. Its JSON beside it says what it is.

    Registering the same file under the same slug again changes nothing.

    Raises:
        Refused: the file or its JSON is missing or unreadable, or the slug is taken by something else.
    """
    path = checkpoint_path(file_name)
    summary_path = path.with_suffix(".json")
    for needed in (path, summary_path):
        if not needed.is_file():
            raise Refused(f"There is no {needed.name} in {needed.parent}: train one or copy it there.")
    try:
        summary = json.loads(summary_path.read_text(), parse_constant=lambda _: None)  # PostgreSQL has no NaN in JSON
        network, training = dict(summary["network"]), dict(summary["training"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{summary_path.name} does not describe a network and its training: {error}.") from error
    digest = file_sha256(path)
    if digest != summary.get("sha256", digest):
        raise Refused(f"{path.name} is not the file that {summary_path.name} describes: copy both again.")
    known = Algorithm.objects.filter(sha256=digest).exclude(slug=slug).first()
    if known:
        raise Refused(f"{path.name} is registered already, as “{known.name}”.")
    return _register(slug, name, kind="MODEL", checkpoint=file_name, sha256=digest, network=network, training=training)


def register_method(*, slug: str, name: str, kind: Algorithm.Kind, method: Algorithm.Method) -> Algorithm:
    """Register a method that needs no checkpoint, as a baseline or for catch trials."""
    return _register(slug, name, kind=kind, method=method)


@transaction.atomic
def register_shipped() -> list[Algorithm]:
    """The algorithms that come with colortest: its trained generator, a baseline, and one for catch trials."""
    kinds, methods = Algorithm.Kind, Algorithm.Method
    return [
        register_checkpoint(slug="colortest-best", name="ResNet-18 generator", file_name="best.safetensors"),
        register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY),
        register_method(slug="random-colour", name="Random colour", kind=kinds.CATCH, method=methods.RANDOM_COLOUR),
    ]


def file_sha256(path: Path) -> str:
    """Of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checkpoint_path(file_name: str) -> Path:
    """The file of a checkpoint, inside the checkpoint folder and nowhere else.

    Raises:
        Refused: the name leads out of the folder.
    """
    folder = Path(settings.CHECKPOINT_DIR).resolve()
    path = (folder / file_name).resolve()
    if not path.is_relative_to(folder) or path.suffix != ".safetensors":
        raise Refused(f"“{file_name}” is not the name of a .safetensors file in {folder}.")
    return path


def _register(slug: str, name: str, **facts: object) -> Algorithm:
    algorithm, _ = Algorithm.objects.get_or_create(slug=slug, defaults={"name": name, **facts})
    for field in ("kind", "method", "sha256"):
        if getattr(algorithm, field) != facts.get(field, ""):
            raise Refused(f"There is already an algorithm “{slug}” that is something else: choose another slug.")
    return algorithm
