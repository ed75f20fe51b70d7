"""How much participants agree, and what the mixed model says, for each algorithm × split."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from colortest.analysis.reports.arms import Arm
from colortest.analysis.reports.people import counted_tallies
from colortest.analysis.reports.values import Content, estimate
from colortest.analysis.statistics import mixed
from colortest.analysis.statistics.agreement import Components, Correlation, agreement, components
from colortest.experiment.models import Study

MOST = 12_000  # responses of all arms that the mixed model is fitted to: some seconds
AGREE = (
    "How alike two participants respond to the same fake, from 0 (as chance has it) to 1, and how well the fool rates "
    "of photos would come out again with as many other participants."
)


def agreement_content(arms: Sequence[Arm]) -> Content:
    """One row for each algorithm × split of which it can be told."""
    rows: list[Content] = []
    for arm in _whole(arms):
        photos = arm.photos[:, 1:].T
        found = agreement(photos[0], photos[1])
        if found is not None:
            row = {"single": _estimate(found.single), "mean": _estimate(found.mean), "responses": found.responses}
            crossed = components(arm.people.counts, (photos[0], photos[1]))
            rows.append(arm.key.content | row | {"components": _components(crossed)})
    return {"rows": rows, "sentence": AGREE}


def mixed_content(study: Study, arms: Sequence[Arm], *, simulated: bool) -> Content:
    """One row for each algorithm × split that is small enough; the others are named."""
    rows: list[Content] = []
    left_out: list[str] = []
    spent = 0
    for arm in _whole(arms):
        if arm.countable > mixed.MOST or spent + arm.countable > MOST:
            left_out.append(arm.key.words)
            continue
        spent += arm.countable
        found = _fit(study, arm, simulated=simulated)
        if found is not None:
            sds = {"participant_sd": found.participant_sd, "photo_sd": found.photo_sd}
            rows.append(arm.key.content | {"rate": estimate(found.rate, found.low, found.high)} | sds)
    return {"rows": rows, "sentence": _why(left_out)}


def _fit(study: Study, arm: Arm, *, simulated: bool) -> mixed.Mixed | None:
    tallies = counted_tallies(study, simulated=simulated)
    parts = list(tallies.filter(algorithm=arm.algorithm, split=arm.key.split).responses())
    if not parts:
        return None
    people, photos, fooled = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("participants", "photos", "fooled")
    )
    return mixed.fit(people, photos, fooled.astype(bool))


def _why(left_out: Sequence[str]) -> str:
    if not left_out:
        return ""
    return (
        f"The mixed model takes too long for more than {mixed.MOST:,} responses of one arm, or {MOST:,} of a study; it "
        f"was not fitted for {', '.join(left_out)}."
    )


def _whole(arms: Sequence[Arm]) -> list[Arm]:
    return [arm for arm in arms if arm.key.asked_ms is None and arm.key.split is not None and arm.countable]


def _estimate(correlation: Correlation) -> Any:
    return estimate(correlation.value, correlation.low, correlation.high)


def _components(found: Components | None) -> Content | None:
    if found is None:
        return None
    return {"participant": found.participant, "photo": found.photo, "residual": found.residual}
