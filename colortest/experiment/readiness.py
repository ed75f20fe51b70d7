"""What a study still lacks before it can open, algorithm by algorithm and split by split."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import get_language_info

from colortest.experiment import schedule
from colortest.experiment.models import Study
from colortest.stimuli.models import AlgorithmQuerySet, Colorization

LONGEST_REASON = 200


@dataclass(frozen=True)
class Share:
    """How far one algorithm has come with the photos of one split.

    reasons: why colorizations failed, and how many for each reason, most frequent first.
    """

    algorithm: str
    split: str
    photos: int
    ready: int
    pending: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def failed(self) -> int:
        return sum(count for _, count in self.reasons)

    @property
    def missing(self) -> int:
        """Those that nobody asked for yet."""
        return self.photos - self.ready - self.pending - self.failed

    @property
    def lack(self) -> str:
        """What this share lacks, in one sentence; empty when nothing."""
        if self.ready == self.photos:
            return ""
        waiting = [f"{self.pending} waiting to be made"] if self.pending else []
        missing = [f"{self.missing} never asked for"] if self.missing else []
        failed = [f"{count} failed ({reason})" for reason, count in self.reasons]
        return (
            f"{self.algorithm} has {self.ready} of the {self.photos} colorizations of the split “{self.split}”: "
            f"{', '.join([*waiting, *missing, *failed])}."
        )


def shown(study: Study) -> AlgorithmQuerySet:
    """The algorithms whose colorizations the study needs: those for catch trials only where it has any."""
    return study.under_test() | study.for_catch_trials() if study.counts.catch else study.under_test()


def shares(study: Study) -> list[Share]:
    """Each algorithm that the study shows × each of its splits."""
    splits = study.photos().split_counts()
    made = study.pairs().order_by().values_list("algorithm", "photo__split", "status").annotate(Count("pk"))
    counts = {(algorithm, split, status): count for algorithm, split, status, count in made}
    reasons: dict[tuple[int, str], Counter[str]] = {}
    for algorithm, split, error in study.pairs().failed().values_list("algorithm", "photo__split", "error"):
        reasons.setdefault((algorithm, split), Counter())[_shortened(error)] += 1
    return [
        Share(
            algorithm=algorithm.name,
            split=split,
            photos=photos,
            ready=counts.get((algorithm.pk, split, Colorization.Status.READY), 0),
            pending=counts.get((algorithm.pk, split, Colorization.Status.PENDING), 0),
            reasons=tuple(reasons.get((algorithm.pk, split), Counter()).most_common()),
        )
        for algorithm in shown(study)
        for split, photos in splits.items()
    ]


def lacks(study: Study, made: list[Share] | None = None) -> list[str]:
    """Everything that keeps the study from opening, a sentence each.

    made: what `shares` says, where it is known already.
    """
    return [
        *_catch(study),
        *filter(None, (share.lack for share in (shares(study) if made is None else made))),
        *_photos(study),
        *_texts(study),
    ]


def _catch(study: Study) -> Iterator[str]:
    if study.counts.catch and not study.for_catch_trials().exists():
        yield "Its catch trials need an algorithm of the kind “obviously wrong”, and it has none."


def _photos(study: Study) -> Iterator[str]:
    if not study.under_test().exists():
        yield "It has no algorithm under test."
        return
    splits = study.photos().split_counts()
    for split in study.splits:
        if split not in splits:
            yield f"The split “{split}” has no photos."
            return
    try:
        schedule.require(study.counts, splits, study.under_test().count())
    except schedule.NotEnoughPairs as error:
        yield str(error)


def _texts(study: Study) -> Iterator[str]:
    known = set(study.consent_texts.exclude(text="").values_list("language", flat=True))
    for language in study.languages:
        if language not in known:
            yield f"It has no consent text in {get_language_info(language)['name']}."


def _shortened(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
