"""Responses as tables, streamed: one row a response."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator

from colortest.experiment.models import Response, Study
from colortest.experiment.schedule import OTHER
from colortest.stimuli.models import MachineFoolRate, MachineFoolRateQuerySet

# Name → value. The participant is a number: the secret code opens the run's pages and stays here.
COLUMNS: dict[str, Callable[[Response], object]] = {
    "study": lambda r: r.trial.participant.study.slug,
    "design_hash": lambda r: r.trial.participant.study.design_hash,
    "participant": lambda r: r.trial.participant.number,
    "simulated": lambda r: r.trial.participant.simulated,
    "rehearsal": lambda r: r.trial.participant.rehearsal,
    "position": lambda r: r.trial.position,
    "kind": lambda r: r.trial.kind,
    "photo": lambda r: r.trial.colorization.photo.name,
    "photo_sha256": lambda r: r.trial.colorization.photo.sha256,
    "split": lambda r: r.trial.colorization.photo.split,
    "algorithm": lambda r: r.trial.colorization.algorithm.slug,
    "checkpoint_sha256": lambda r: r.trial.colorization.algorithm.sha256,
    "fake_side": lambda r: OTHER[r.trial.real_side],
    "question": lambda r: r.trial.participant.study.question,
    "chosen_side": lambda r: r.chosen_side,
    "fooled": lambda r: r.fooled,
    "rt_ms": lambda r: round(r.rt_ms, 1),
    "asked_ms": lambda r: r.asked_ms,
    "left_exposure_ms": lambda r: round(r.left_exposure_ms, 1),
    "right_exposure_ms": lambda r: None if r.right_exposure_ms is None else round(r.right_exposure_ms, 1),
    "frames": lambda r: r.frames,
    "longest_gap_ms": lambda r: round(r.longest_gap_ms, 1),
    "refresh_ms": lambda r: round(r.refresh_ms, 2),
    "flags": lambda r: " ".join(r.flags),
    "finished": lambda r: r.trial.participant.finished is not None,
    "exclusion_reason": lambda r: r.trial.participant.exclusion_reason,
    "seed": lambda r: r.trial.participant.study.seed,
    "received": lambda r: r.received.isoformat(),
}


MACHINE_COLUMNS: dict[str, Callable[[MachineFoolRate], object]] = {
    "test_set": lambda r: r.test_set.slug,
    "algorithm": lambda r: r.algorithm.slug,
    "checkpoint_sha256": lambda r: r.algorithm.sha256,
    "split": lambda r: r.split,
    "machine_fool_rate": lambda r: r.rate,
    "machine_low": lambda r: r.low,
    "machine_high": lambda r: r.high,
    "machine_fooled": lambda r: r.fooled,
    "photos": lambda r: r.photos,
    "observer": lambda r: json.dumps(r.observer),
    "computed": lambda r: r.computed.isoformat() if r.computed else "",
}


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def tidy_csv(study: Study, *, rehearsals: bool = False) -> Iterator[str]:
    """Every response of a study, flagged and excluded ones too, as lines of CSV in constant memory; those of test runs
    only if asked for.
    """
    writer = csv.writer(_Echo())
    rows = Response.objects.of_study(study, rehearsals=rehearsals).with_fooled()
    responses: Iterable[Response] = rows.iterator(chunk_size=2000)
    yield writer.writerow(COLUMNS)
    for response in responses:
        yield writer.writerow([value(response) for value in COLUMNS.values()])


def machine_csv(rates: MachineFoolRateQuerySet) -> Iterator[str]:
    """Machine fool rates, which are a network's and not people's, as lines of CSV: one row a rate."""
    writer = csv.writer(_Echo())
    yield writer.writerow(MACHINE_COLUMNS)
    for rate in rates:
        yield writer.writerow([value(rate) for value in MACHINE_COLUMNS.values()])
