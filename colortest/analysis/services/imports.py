"""Writes of studies from files of responses: their photos and algorithms are found here, or nothing is written."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from colortest import jobs
from colortest.access import common_team
from colortest.analysis.imports.reading import Content, Problem, Row, quoted
from colortest.analysis.services.fool_rates import recompute_fool_rates
from colortest.experiment.design_rules import mistakes
from colortest.experiment.models import Study
from colortest.experiment.presets import PRESETS, Protocol
from colortest.experiment.schedule import CATCH, PRACTICE, TEST
from colortest.experiment.services.imports import GivenResponse, GivenRun, store_imported
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm, TestSet

MOST_EXPOSURES = 10  # more are no factor of a design


class BadLines(Refused):
    """Nothing was imported, because these lines cannot be."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__(f"Nothing was imported: {len(problems):,} lines or trials cannot be taken.")


@transaction.atomic
def import_responses(
    *,
    content: Content,
    title: str,
    test_set: TestSet,
    preset: str,
    names: Mapping[str, str] | None = None,
    team: Group | None = None,
    by: User | None = None,
) -> Study:
    """A new CLOSED study of what a file says, with its fool rates. Everything or nothing.

    Args:
        preset: for what the file does not say of the protocol.
        names: an algorithm as the file names it → its slug here. By default they are the same.

    Raises:
        BadLines: a line cannot be taken, or shows what is not here.
        Refused: the file is empty, the protocol cannot be, or the title leaves no slug or is taken.
    """
    if not content.rows and not content.problems:
        raise Refused("Nothing was imported: there is no response in this file.")
    here = _Here.of(test_set, names or {})
    found = [here.find(row) for row in content.rows]
    problems = [one for one in found if isinstance(one, Problem)] + _twice(content.rows)
    if content.problems or problems:
        raise BadLines([*content.problems, *problems])
    shown = [one for one in found if isinstance(one, _Shown)]
    protocol = _protocol(content, shown, preset)
    study = store_imported(
        title=title,
        team=team or common_team(),
        test_set=test_set,
        splits=sorted({one.split for one in shown}),
        algorithms=list(Algorithm.objects.filter(pk__in={one.algorithm for one in shown})),
        preset=preset,
        protocol=protocol,
        seed=content.seed,
        origin=content.origin,
        runs=_runs(content, shown, protocol),
        by=by,
    )
    recompute_fool_rates(study=study)
    jobs.compute_fool_rates(study.pk)  # a worker makes the report
    return study


@dataclass(frozen=True, slots=True)
class _Shown:
    """A row whose pair is here."""

    row: Row
    kind: str
    photo: int
    split: str
    algorithm: int


@dataclass(frozen=True)
class _Here:
    """What a test set and the site's algorithms are called, and which they are."""

    photos: Mapping[str, list[tuple[int, str]]]  # SHA-256, or name without folders → [(photo, split), …]
    algorithms: Mapping[str, Algorithm]  # by slug
    names: Mapping[str, str]

    @classmethod
    def of(cls, test_set: TestSet, names: Mapping[str, str]) -> "_Here":
        photos: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for pk, split, name, sha256 in test_set.photos.values_list("pk", "split", "name", "sha256"):
            for key in {sha256, PurePosixPath(name).name}:
                photos[key].append((pk, split))
        return cls(photos, {algorithm.slug: algorithm for algorithm in Algorithm.objects.all()}, names)

    def find(self, row: Row) -> _Shown | Problem:
        algorithm, split = self._algorithm(row.algorithm)
        if algorithm is None:
            return Problem(
                row.line, f"there is no algorithm {quoted(row.algorithm)} here: register it, or say which it is."
            )
        if row.checkpoint and algorithm.sha256 and row.checkpoint != algorithm.sha256:
            return Problem(row.line, f"the weights of {quoted(row.algorithm)} here are other ones.")
        kind = CATCH if row.kind == TEST and algorithm.kind == Algorithm.Kind.CATCH else row.kind
        if kind == CATCH and algorithm.kind != Algorithm.Kind.CATCH:
            return Problem(row.line, f"{quoted(row.algorithm)} is under test here, and not for catch trials.")
        split = row.split or split
        photos = [photo for photo in self.photos.get(row.photo, []) if not split or photo[1] == split]
        if len(photos) != 1:
            what = (
                f"several photos are called {quoted(row.photo)}" if photos else f"there is no photo {quoted(row.photo)}"
            )
            return Problem(row.line, f"{what} in the {f'split {quoted(split)} of the ' if split else ''}test set.")
        photo, its_split = photos[0]
        return _Shown(row, kind, photo, its_split, algorithm.pk)

    def _algorithm(self, name: str) -> tuple[Algorithm | None, str]:
        """The algorithm, and the split that our own wide table names behind it."""
        slug = self.names.get(name, name)
        if slug in self.algorithms:
            return self.algorithms[slug], ""
        first, _, split = slug.partition("/")
        return self.algorithms.get(first), split


def _twice(rows: Sequence[Row]) -> list[Problem]:
    seen: set[tuple[int, int]] = set()
    problems = []
    for row in rows:
        place = (row.participant, row.position)
        if place in seen:
            problems.append(Problem(row.line, f"participant {place[0]} has a response at position {place[1]} already."))
        seen.add(place)
    return problems


def _protocol(content: Content, shown: Sequence[_Shown], preset: str) -> Protocol:
    """The preset's, with what the file says. Nobody is judged again: who was excluded still is."""
    test, catch = _most(shown, TEST), _most(shown, CATCH)
    if not test:
        raise Refused("Nothing was imported: the file has no test trials.")
    start = PRESETS[preset]
    protocol = replace(
        start,
        presentation=content.presentation or start.presentation,
        question=content.question,
        exposures_ms=_exposures(shown, start),
        blocks=max(one.row.block for one in shown),
        practice_trials=_most(shown, PRACTICE),
        qualification=0.0,
        test_trials=test + catch,
        catch_share=catch / (test + catch),
        reserve_share=min(1.0, _most(shown, TEST, reserve=True) / test),
        min_catch_accuracy=0.0,
        max_fast_share=1.0,
        max_same_side_share=1.0,
        max_flagged_share=1.0,
        quota=0,
    )
    wrong = mistakes(protocol)
    if wrong:
        raise Refused(f"Nothing was imported: {' '.join(sentence for _, sentence in wrong)}")
    return protocol


def _most(shown: Sequence[_Shown], kind: str, *, reserve: bool = False) -> int:
    """Most such trials of one participant."""
    of_kind = (one.row.participant for one in shown if one.kind == kind and one.row.reserve == reserve)
    return max(Counter(of_kind).values(), default=0)


def _exposures(shown: Sequence[_Shown], start: Protocol) -> tuple[int, ...]:
    asked = {one.row.asked_ms for one in shown if one.row.asked_ms is not None}
    if not asked or start.staircase_up_ms:
        return start.exposures_ms
    if len(asked) > MOST_EXPOSURES:
        raise Refused("Nothing was imported: its exposures adapt, so choose a preset in which they do.")
    return tuple(sorted(asked))


def _runs(content: Content, shown: Sequence[_Shown], protocol: Protocol) -> list[GivenRun]:
    now = timezone.now()
    given: dict[int, list[GivenResponse]] = defaultdict(list)
    for one in sorted(shown, key=lambda one: one.row.position):
        given[one.row.participant].append(_response(one, protocol, now))
    people = (content.people[number] for number in sorted(given))
    return [GivenRun(one.number, one.simulated, one.finished, one.reason, given[one.number]) for one in people]


def _response(one: _Shown, protocol: Protocol, now: datetime) -> GivenResponse:
    row = one.row
    return GivenResponse(
        position=row.position,
        kind=one.kind,
        block=row.block,
        reserve=row.reserve,
        photo_id=one.photo,
        algorithm_id=one.algorithm,
        real_side=row.real_side,
        first_side=row.first_side,
        asked_ms=protocol.exposures_ms[0] if row.asked_ms is None else row.asked_ms,
        chosen_side=row.chosen_side,
        flags=row.flags,
        received=row.time or now,
        measured=asdict(row.measured) if row.measured else None,
    )
