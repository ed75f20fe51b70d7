"""Writes of fool rates."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from colortest.analysis.models import FoolRate, Sums, Tally, Unsummed, Untallied
from colortest.analysis.services.checking import compared
from colortest.analysis.services.locks import alone_with
from colortest.analysis.services.summing import Summer
from colortest.analysis.services.tallies import many_are_tallied, put_back, take_tallied, take_unsummed, tally_waiting
from colortest.experiment.models import Participant, Study, StudyEvent, Withdrawal
from colortest.refusal import Refused

COMMIT = timedelta(minutes=1)
KEYS = ["study", "algorithm", "split", "simulated", "asked_ms"]
NUMBERS = [field.name for field in FoolRate._meta.concrete_fields if field.name not in ("id", *KEYS)]
PARTS = [field.name for field in Sums._meta.concrete_fields if field.name != "fool_rate"]


def compute_fool_rates(*, study: Study) -> list[FoolRate]:
    """Bring every fool rate of a study up to date, those without a countable response included.

    Who finished since the last time is added. Arms that have lost somebody, to a withdrawal, an erasure or an
    exclusion, are summed anew. Where the time of responses is up they are gone, and the stored rates stay as the last
    word on them.

    Call it outside of transactions where people are under way: who is tallied cannot withdraw before that is committed,
    and is to wait for no sums.
    """
    _tally(study)
    return _sum(study)


@transaction.atomic
def _tally(study: Study) -> None:
    """Put together the responses of everybody who finished since the last time."""
    study = alone_with(study)
    if not study.frozen_rates:
        tally_waiting(study)


@transaction.atomic
def _sum(study: Study) -> list[FoolRate]:
    """Add those whose tallies are new, and sum anew where some are gone."""
    # One at a time, and the time is taken under the lock: the last to store has counted all that was committed before.
    study = alone_with(study)
    if study.frozen_rates:
        return list(study.fool_rates.all())
    now = timezone.now()
    new, lost = take_tallied(study), take_unsummed(study)
    touched = _arms_of(new)
    summed = set(Sums.objects.filter(fool_rate__study=study).values_list("pk", flat=True))
    summer, changed, grown = Summer(study, new=new, now=now), [], []
    for rate in _rates(study):
        arm = (rate.algorithm_id, rate.split)
        if rate.pk not in summed or arm in lost:
            changed.append(summer.sum_anew(rate))
        elif (*arm, rate.simulated) in touched:
            grown.append(rate.pk)
    changed += [summer.add_new(sums) for sums in Sums.objects.filter(pk__in=grown).select_related("fool_rate")]
    _store(changed)
    study.fool_rates.update(computed=now)
    return list(study.fool_rates.all())


def _store(changed: Sequence[Sums]) -> None:
    """Fool rates with their sums, in two statements however many they are."""
    rates = [sums.fool_rate for sums in changed]
    FoolRate.objects.bulk_create(rates, update_conflicts=True, unique_fields=KEYS, update_fields=NUMBERS)
    Sums.objects.bulk_create(changed, update_conflicts=True, unique_fields=["fool_rate"], update_fields=PARTS)


def recompute_fool_rates(*, study: Study, everybody: bool = False) -> list[FoolRate]:
    """Make sums and fool rates from responses anew, whatever was stored. Tallies are compared with the responses, and
    made again where they differ.

    everybody: is tallied again without being compared, their own rates included.

    Raises:
        Refused: responses behind them have been erased.
    """
    with transaction.atomic():
        study = alone_with(study)
        if study.frozen_rates:
            raise Refused("The responses behind these fool rates have been erased; they stay as they are.")
        if everybody or not many_are_tallied(study):
            Sums.objects.filter(fool_rate__study=study).delete()
            put_back(study)
        else:
            _sum_responses(study)
    return compute_fool_rates(study=study)


def _sum_responses(study: Study) -> None:
    """Sums and fool rates of who has tallies that are right, from the responses; the others are to be tallied again.

    Nobody is new any more and no arm has lost somebody: what is on those lists by now, the responses tell too.
    """
    take_tallied(study), take_unsummed(study)
    found = compared(study)
    summer = Summer(study, new=[], now=timezone.now())
    _store([summer.sum_anew(rate, found.responses(rate)) for rate in _rates(study)])
    if found.wrong:
        put_back(study, found.wrong)


def stale() -> QuerySet[Study]:
    """Studies whose fool rates do not know of everything that happened, or that have none yet.

    What happened a minute before the computation counts as not known, because a participant has finished a moment
    before the row that says so is committed.
    """
    latest = Study.objects.annotate(
        last_finish=_last(Participant.objects.finished(), "finished"),
        last_withdrawal=_last(Withdrawal.objects.all()),
        last_erasure=_last(StudyEvent.objects.filter(what=StudyEvent.What.ERASED)),
        last_computed=_last(FoolRate.objects.all(), "computed"),
    )
    changed = Greatest("last_finish", "last_withdrawal", "last_erasure")
    waiting = (Exists(rows.filter(study=OuterRef("pk"))) for rows in (Untallied.objects, Unsummed.objects))
    behind = Q(*waiting, last_computed=None, last_computed__lt=changed + COMMIT, _connector=Q.OR)
    return latest.filter(behind).exclude(status=Study.Status.DRAFT).exclude(events__what=StudyEvent.What.EXPIRED)


def _last(rows: QuerySet[Any], moment: str = "at") -> Subquery:
    """The time of a study's last one."""
    return Subquery(rows.filter(study=OuterRef("pk")).order_by(f"-{moment}").values(moment)[:1])


def _arms_of(participants: list[int]) -> set[tuple[int, str, bool]]:
    """Where they have tallies: algorithm, split, and whether simulated."""
    tallies = Tally.objects.filter(participant__in=participants)
    return set(tallies.values_list("algorithm", "split", "participant__simulated").distinct())


def _rates(study: Study) -> Iterator[FoolRate]:
    """One for each arm × (people or simulated), stored or new; for each exposure too where there are several."""
    stored = {_key(rate): rate for rate in study.fool_rates.all()}
    exposures = sorted(set(study.exposures_ms))
    for algorithm in study.under_test().values_list("pk", flat=True):
        for split in study.splits:
            for simulated in (False, True):
                for asked_ms in [None, *(exposures if len(exposures) > 1 else [])]:
                    new = FoolRate(
                        study=study, algorithm_id=algorithm, split=split, simulated=simulated, asked_ms=asked_ms
                    )
                    yield stored.get(_key(new), new)


def _key(rate: FoolRate) -> tuple[int, str, bool, int | None]:
    return rate.algorithm_id, rate.split, rate.simulated, rate.asked_ms
