"""Each photo's fakes: their fool rates as they are, and drawn towards the mean of their arm."""

from collections.abc import Sequence

import numpy as np

from colortest.analysis.models import FoolRate, PhotoRate
from colortest.analysis.statistics.intervals import wilson
from colortest.analysis.statistics.shrinkage import prior, ranks, shrink
from colortest.experiment.models import Study
from colortest.stimuli.models import Colorization


def photo_rates(study: Study, *, simulated: bool) -> list[PhotoRate]:
    """Unsaved rows, one for each colorization with a countable response, ranked."""
    whole = study.fool_rates.filter(simulated=simulated, asked_ms=None, countable__gt=0).select_related("sums")
    rows = [row for rate in whole for row in _of_arm(study, rate)]
    for row, rank in zip(rows, ranks(np.array([row.shrunk for row in rows])), strict=True):
        row.rank = int(rank)
    return rows


def _of_arm(study: Study, rate: FoolRate) -> Sequence[PhotoRate]:
    photos, fooled, countable = rate.sums.arm.photos.T
    believed = shrink(fooled, countable, prior(fooled, countable))
    made = Colorization.objects.filter(algorithm=rate.algorithm_id, photo__in=photos.tolist())
    colorizations = dict(made.values_list("photo", "pk"))
    rows = []
    for place, photo in enumerate(photos.tolist()):
        interval = wilson(int(fooled[place]), int(countable[place]))
        rows.append(
            PhotoRate(
                study=study,
                simulated=rate.simulated,
                colorization_id=colorizations[photo],
                fooled=int(fooled[place]),
                countable=int(countable[place]),
                rate=float(fooled[place] / countable[place]),
                low=interval.low,
                high=interval.high,
                shrunk=float(believed.rates[place]),
                shrunk_low=float(believed.low[place]),
                shrunk_high=float(believed.high[place]),
            )
        )
    return rows
