"""Machine fool rates, which are a network's and not people's, as a table: one row a rate."""

import csv
import json
from collections.abc import Callable, Iterator

from colortest.analysis.formulas import guarded
from colortest.stimuli.models import MachineFoolRate, MachineFoolRateQuerySet

COLUMNS: dict[str, Callable[[MachineFoolRate], object]] = {
    "test_set": lambda r: guarded(r.test_set.slug),
    "algorithm": lambda r: guarded(r.algorithm.slug),
    "checkpoint_sha256": lambda r: r.algorithm.sha256,
    "split": lambda r: guarded(r.split),
    "machine_fool_rate": lambda r: r.rate,
    "machine_low": lambda r: r.low,
    "machine_high": lambda r: r.high,
    "machine_fooled": lambda r: r.fooled,
    "photos": lambda r: r.photos,
    "observer": lambda r: json.dumps(r.observer),
    "computed": lambda r: r.computed.isoformat() if r.computed else "",
}


class Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def machine_csv(rates: MachineFoolRateQuerySet) -> Iterator[str]:
    """Lines of CSV."""
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for rate in rates:
        yield writer.writerow([value(rate) for value in COLUMNS.values()])
