"""Writes of designs: a study from draft to open, paused and closed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain, count

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from colortest.access import common_team
from colortest.experiment import readiness
from colortest.experiment.consent import CONSENT_TEXTS, CONSENT_VERSION
from colortest.experiment.models import DESIGN, Arm, ConsentText, Study, StudyEvent
from colortest.experiment.presets import PRESETS
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm, TestSet
from colortest.stimuli.services import request_colorizations, retry_failed

RESERVED = {"import", "new"}  # addresses of their own below /studies/
LONGEST_SLUG = 50
LONGEST_TITLE = 200


@transaction.atomic
def create_study(
    *,
    title: str,
    test_set: TestSet,
    splits: Sequence[str],
    algorithms: Sequence[Algorithm],
    preset: str,
    team: Group | None = None,
) -> Study:
    """A draft that starts from a preset, and belongs to a team, by default to the common one.

    Raises:
        Refused: the title leaves no slug or is taken, a split is unknown, or nothing is under test.
    """
    _require_shown(test_set, splits, algorithms)
    study = new_study(
        title,
        team=team or common_team(),
        test_set=test_set,
        splits=sorted(set(splits)),
        preset=preset,
        consent_version=CONSENT_VERSION,
        **asdict(PRESETS[preset]),
    )
    _write_texts(study, {language: CONSENT_TEXTS[language] for language in study.languages})
    # The catch algorithms belong to the design like those under test: what a participant sees is all in the arms.
    _show(study, [*algorithms, *Algorithm.objects.catch().active()])
    return study


@transaction.atomic
def copy_study(*, study: Study, title: str = "") -> Study:
    """A draft of the same team and design under a seed of its own; how people come to it is not part of the design.

    title: by default the study's own with “(copy)” behind it, numbered where that is taken.

    Raises:
        Refused: the title leaves no slug or is taken.
    """
    values = {name: getattr(study, name) for name in DESIGN if name != "seed"}
    names = (title,) if title else _names_of_copy(study)
    copied = new_study(*names, team=study.team, **values)
    _write_texts(copied, dict(study.consent_texts.values_list("language", "text")))
    _show(copied, list(study.algorithms.all()))
    return copied


@transaction.atomic
def change_design(
    *, study: Study, algorithms: Sequence[Algorithm], consent_texts: Mapping[str, str], **columns: object
) -> Study:
    """Give a draft these columns, algorithms under test and consent texts by language; previews under way end.

    Raises:
        Refused: the study has been opened meanwhile, a split is unknown, or nothing is under test.
    """
    study = _draft(study)
    for name, value in columns.items():
        setattr(study, name, value)
    _require_shown(study.test_set, study.splits, algorithms)
    study.participants.filter(preview=True).delete()
    study.save()
    _write_texts(study, consent_texts)
    _show(study, [*algorithms, *(study.for_catch_trials() or Algorithm.objects.catch().active())])
    return study


@transaction.atomic
def delete_draft(*, study: Study) -> None:
    """Remove a draft with its previews. What participants have given is never removed this way.

    Raises:
        Refused: the study has been opened.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.status != Study.Status.DRAFT:
        raise Refused("This study has been opened: it can be closed, and never deleted.")
    study.participants.filter(preview=True).delete()
    study.delete()


@transaction.atomic
def request_missing(*, study: Study) -> int:
    """Ask for what a draft lacks: colorizations that nobody asked for or that failed, algorithms for catch trials.

    Returns how many colorizations are to be made.

    Raises:
        Refused: the study has been opened meanwhile.
    """
    study = _draft(study)
    if study.counts.catch and not study.for_catch_trials().exists():
        Arm.objects.bulk_create(
            Arm(study=study, algorithm=algorithm) for algorithm in Algorithm.objects.catch().active()
        )
    return sum(
        request_colorizations(photos=study.photos(), algorithm=algorithm)
        + retry_failed(algorithm=algorithm, photos=study.photos())
        for algorithm in readiness.shown(study)
    )


@transaction.atomic
def open_study(*, study: Study, by: User | None = None) -> Study:
    """DRAFT, PAUSED or CLOSED → OPEN, logged. The design freezes at the first opening and gets its hash.

    Raises:
        Refused: something that the study needs is missing; the message says what.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.status == Study.Status.OPEN:
        return study
    if study.imported:
        raise Refused("Its responses were given elsewhere, and none are added to them: make a copy to ask people here.")
    missing = shortfall(study)
    if missing:
        raise Refused(missing)
    if study.frozen_rates:
        raise Refused("The time of its first responses was up and they are erased: what came now could not be added.")
    what = StudyEvent.What.RESUMED if study.status == Study.Status.PAUSED else StudyEvent.What.OPENED
    study.design_hash = study.design_hash or design_hash(study)
    study.status = Study.Status.OPEN
    study.save(update_fields=["status", "design_hash"])
    StudyEvent.objects.create(study=study, what=what, by=by)
    return study


def pause_study(*, study: Study, by: User | None = None) -> Study:
    """OPEN → PAUSED, logged: nobody new starts, those under way may finish, and no more is shown than before."""
    return _move(study, [Study.Status.OPEN], Study.Status.PAUSED, StudyEvent.What.PAUSED, by)


def close_study(*, study: Study, by: User | None = None) -> Study:
    """OPEN or PAUSED → CLOSED, logged: nobody new starts, those under way may finish, and final numbers are shown."""
    return _move(study, [Study.Status.OPEN, Study.Status.PAUSED], Study.Status.CLOSED, StudyEvent.What.CLOSED, by)


@transaction.atomic
def _move(
    study: Study, before: Sequence[Study.Status], after: Study.Status, what: StudyEvent.What, by: User | None
) -> Study:
    """A study that is not where it can move from stays as it is."""
    if Study.objects.filter(pk=study.pk, status__in=before).update(status=after):
        StudyEvent.objects.create(study=study, what=what, by=by)
    study.refresh_from_db()
    return study


def design_hash(study: Study) -> str:
    """SHA-256 over everything that a participant of this study sees and is judged by, the photos included."""
    design = {name: getattr(study, name) for name in DESIGN}
    design["consent_texts"] = sorted(study.consent_texts.values_list("language", "text"))
    design["algorithms"] = sorted(study.algorithms.values_list("slug", "sha256"))
    design["photos"] = sorted(study.photos().values_list("split", "sha256"))
    return hashlib.sha256(json.dumps(design, sort_keys=True).encode()).hexdigest()


def shortfall(study: Study) -> str:
    """What the study lacks before it can open; empty when nothing."""
    return " ".join(readiness.lacks(study))


def new_study(title: str, slug: str = "", *, team: Group, **columns: object) -> Study:
    """A draft under a slug of its own, by default the title's."""
    refusal = Refused(f"“{title}” cannot be used: a study needs a title of its own with letters or digits.")
    slug = slug or _beside_other_teams(slugify(title)[:LONGEST_SLUG], team)
    if slug in RESERVED:
        raise Refused(f"“{title}” cannot be used: /studies/{slug}/ is the address of another page of this site.")
    if not slug:
        raise refusal
    try:
        with transaction.atomic():
            return Study.objects.create(slug=slug, title=title, team=team, **columns)
    except IntegrityError as error:
        if Study.objects.filter(slug=slug).exists():
            raise refusal from error
        raise


def _beside_other_teams(slug: str, team: Group) -> str:
    """The slug, numbered where another team has it: a refusal would tell of a study that is theirs alone."""
    if not slug:
        return ""
    others = Study.objects.exclude(team=team)
    endings = chain([""], (f"-{number}" for number in count(2)))
    candidates = (f"{slug[: LONGEST_SLUG - len(ending)]}{ending}" for ending in endings)
    return next(candidate for candidate in candidates if not others.filter(slug=candidate).exists())


def _names_of_copy(study: Study) -> tuple[str, str]:
    """The first title and slug that are free."""
    for number in count(1):
        ending = "(copy)" if number == 1 else f"(copy {number})"
        slug = f"{study.slug[: LONGEST_SLUG - len(ending)]}-{slugify(ending)}"
        if not Study.objects.filter(slug=slug).exists():
            return f"{study.title[: LONGEST_TITLE - len(ending) - 1]} {ending}", slug
    raise AssertionError("numbers do not end")


def _draft(study: Study) -> Study:
    """The study's row, locked."""
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.status != Study.Status.DRAFT:
        raise Refused("This study has been opened, and its design is frozen: make a copy to change it.")
    return study


def _require_shown(test_set: TestSet, splits: Sequence[str], algorithms: Sequence[Algorithm]) -> None:
    unknown = set(splits) - set(test_set.photos.split_counts())
    if unknown or not splits:
        raise Refused(f"{test_set} has no photos in the split “{', '.join(sorted(unknown))}”.")
    if not algorithms or any(algorithm.kind == Algorithm.Kind.CATCH for algorithm in algorithms):
        raise Refused("A study needs at least one algorithm under test, and those for catch trials are not.")


def _write_texts(study: Study, texts: Mapping[str, str]) -> None:
    """Exactly these consent texts, by language."""
    study.consent_texts.all().delete()
    ConsentText.objects.bulk_create(
        ConsentText(study=study, language=language, text=text) for language, text in texts.items() if text
    )


def _show(study: Study, algorithms: Sequence[Algorithm]) -> None:
    """Exactly these arms, and their colorizations asked for."""
    study.arms.all().delete()
    Arm.objects.bulk_create(Arm(study=study, algorithm=algorithm) for algorithm in algorithms)
    for algorithm in algorithms:
        request_colorizations(photos=study.photos(), algorithm=algorithm)
