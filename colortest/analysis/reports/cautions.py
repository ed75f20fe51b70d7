"""What to bear in mind when reading the numbers, in plain sentences."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from colortest.analysis import monitoring
from colortest.analysis.power import FEW_PHOTOS
from colortest.analysis.reports.arms import Arm
from colortest.analysis.reports.values import Key
from colortest.experiment.models import Study

FEW_PEOPLE = 10  # fewer are too few for a bootstrap over them
LEANS = 0.05  # share beyond one half that is worth a word


def warnings(study: Study, arms: Sequence[Arm], whole: Arm) -> Iterator[str]:
    """What limits the numbers; says nothing of what they are."""
    if not whole.countable:
        yield "There is no countable response yet."
        return
    photos = min(study.photos().split_counts().values(), default=0)
    if photos < FEW_PHOTOS:
        yield (
            f"A fool rate here rests on {photos} photos. With fewer than {FEW_PHOTOS}, photos and not participants set "
            "how wide an interval is: more people narrow it little."
        )
    if len(whole.persons) < FEW_PEOPLE:
        people = "1 participant is" if len(whole.persons) == 1 else f"{len(whole.persons)} participants are"
        yield f"{people} counted. With fewer than {FEW_PEOPLE} the intervals may be too narrow."
    yield from _unbalanced(arms)


def remarks(arms: Sequence[Mapping[str, Any]], bias: Mapping[str, Any], *, single: bool) -> Iterator[str]:
    """What the numbers are not to be taken for."""
    for arm in arms:
        if arm["asked_ms"] is None and arm["rate"] is not None and arm["rate"] > 0.5:
            yield _above_half(arm)
    left = bias["left"]
    if left is not None and abs(left["value"] - 0.5) > LEANS and left["p"] < 0.05:
        named = ("“real”" if left["value"] > 0.5 else "“fake”") if single else _side(left["value"])
        share = max(left["value"], 1 - left["value"])
        yield f"Participants chose {named} in {100 * share:.1f} % of the trials: see d′, which allows for it."


def _above_half(arm: Mapping[str, Any]) -> str:
    words = Key(arm["algorithm"], arm["name"], arm["split"]).words
    sure = "" if arm["low"] > 0.5 else "; its interval holds 50 %, so that this may be chance"
    return (
        f"{words} was taken for real in {100 * arm['rate']:.1f} % of the trials: above 50 % means that fakes look more "
        f"real than the photos{sure}."
    )


def _side(share: float) -> str:
    return "the left one" if share > 0.5 else "the right one"


def _unbalanced(arms: Sequence[Arm]) -> Iterator[str]:
    counts = {arm.key: arm.countable for arm in arms if arm.key.asked_ms is None and arm.key.split is not None}
    most = max(counts.values(), default=0)
    for key in monitoring.behind(counts):
        yield (
            f"{key.words} has {counts[key]:,} countable responses and the fullest arm {most:,}: the study is not "
            "balanced, and what pools arms leans towards the fuller ones."
        )
