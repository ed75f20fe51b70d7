"""Writes of algorithms."""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.text import slugify

from colortest import jobs
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm

GENERATOR = "colortest-best"  # the slug of the first that came with colortest


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
    facts = {"checkpoint": file_name, "sha256": digest, "network": network, "training": training}
    algorithm = _register(slug, name, kind=Algorithm.Kind.MODEL, **facts)
    if algorithm.checked is None:
        jobs.check_checkpoint(algorithm.pk)
    return algorithm


def register_method(*, slug: str, name: str, kind: Algorithm.Kind, method: Algorithm.Method) -> Algorithm:
    """Register a method that needs no checkpoint, as a baseline or for catch trials."""
    return _register(slug, name, kind=kind, method=method)


def register_external(*, name: str, slug: str = "") -> Algorithm:
    """An algorithm whose colorizations are made elsewhere and uploaded.

    Raises:
        Refused: the name leaves no slug, or another algorithm has it.
    """
    return _register(slug or new_slug(name), name, kind=Algorithm.Kind.EXTERNAL)


def new_slug(name: str) -> str:
    """One that no algorithm has.

    Raises:
        Refused: the name leaves no slug, or another algorithm has it.
    """
    slug = slugify(name)[:50]
    if not slug:
        raise Refused(
            f"An algorithm needs a name with Latin letters or digits, which its address is made of, not “{name}”."
        )
    if Algorithm.objects.filter(slug=slug).exists():
        raise Refused(f"There is already an algorithm “{slug}”: choose another name.")
    return slug


def retire_algorithm(*, algorithm: Algorithm) -> None:
    """From now on no new test set is coloured by it and no new study offers it; what is there stays."""
    Algorithm.objects.active().filter(pk=algorithm.pk).update(retired=Now())


def take_back_algorithm(*, algorithm: Algorithm) -> None:
    """A retired algorithm is in use again."""
    Algorithm.objects.filter(pk=algorithm.pk).update(retired=None)


def update_shipped() -> None:
    """After colortest itself was updated: where its algorithms are registered, those of today are too.

    Raises what `register_shipped` raises.
    """
    if Algorithm.objects.filter(slug=GENERATOR).exists():
        register_shipped()


@transaction.atomic
def register_shipped() -> list[Algorithm]:
    """The algorithms that come with colortest: its trained generator, a baseline, and one for catch trials.

    A generator that came with an earlier colortest is retired, for its file is gone; what it coloured stays.

    Raises:
        Refused: the checkpoint folder has no such generator, or a slug is taken by something else.
    """
    kinds, methods = Algorithm.Kind, Algorithm.Method
    return [
        _register_generator("best.safetensors", slug=GENERATOR, name="ResNet-18 generator"),
        register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY),
        register_method(slug="random-colour", name="Random colour", kind=kinds.CATCH, method=methods.RANDOM_COLOUR),
    ]


@transaction.atomic
def note_check(*, algorithm: Algorithm, problem: str) -> None:
    """What a worker found in its checkpoint. With a problem, what was asked of it and not begun is taken back."""
    Algorithm.objects.filter(pk=algorithm.pk).update(checked=Now(), problem=problem[:1000])
    if problem:
        fresh = algorithm.colorizations.fresh()
        fresh.filter(pk__in=fresh.unheld().values("pk")).delete()


@transaction.atomic
def check_again(*, algorithm: Algorithm) -> None:
    """Have its checkpoint compared once more: somebody copied the files again."""
    Algorithm.objects.filter(pk=algorithm.pk, kind=Algorithm.Kind.MODEL).update(checked=None)
    jobs.check_checkpoint(algorithm.pk)


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


def _register_generator(file_name: str, *, slug: str, name: str) -> Algorithm:
    path = checkpoint_path(file_name)
    digest = file_sha256(path) if path.is_file() else ""
    others = Algorithm.objects.filter(kind=Algorithm.Kind.MODEL).exclude(sha256=digest)
    if others.filter(slug=slug).exists():
        slug, name = f"{slug}-{digest[:8]}", f"{name} {digest[:8]}"
    known = Algorithm.objects.filter(kind=Algorithm.Kind.MODEL, sha256=digest).first()
    algorithm = known or register_checkpoint(slug=slug, name=name, file_name=file_name)
    for earlier in others.filter(checkpoint=file_name):
        retire_algorithm(algorithm=earlier)
    return algorithm


def _register(slug: str, name: str, **facts: object) -> Algorithm:
    algorithm, _ = Algorithm.objects.get_or_create(slug=slug, defaults={"name": name, **facts})
    for field in ("kind", "method", "sha256"):
        if getattr(algorithm, field) != facts.get(field, ""):
            raise Refused(f"There is already an algorithm “{slug}” that is something else: choose another slug.")
    return algorithm
