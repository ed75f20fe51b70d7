"""What a page may show of a study now: its stored report, and the figures drawn from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Max

from colortest.analysis import quality_figures
from colortest.analysis.charts import study as charts
from colortest.analysis.charts.look import Figure
from colortest.analysis.models import FoolRate, Report
from colortest.analysis.quality import NUMBERS
from colortest.analysis.services import stale
from colortest.experiment.models import Study

FINAL, SEQUENCE, HIDDEN = "FINAL", "SEQUENCE", "HIDDEN"
SIMULATED = "simulated-"  # before the name of a figure of theirs
LEAST = 5  # people behind each rate that a viewer reads: below, it would be somebody’s own


@dataclass(frozen=True)
class Shown:
    """The stored numbers of people, or of simulated participants, and how much of them may be shown.

    few: too few people are behind them for whoever reads by a link, so that they are counted and nothing else.
    few_excluded: rates before exclusions, less those after, would tell who reads by a link what single people chose.
    """

    study: Study
    content: Mapping[str, Any]
    computed: datetime
    showing: str
    prefix: str = ""
    few: bool = False
    few_excluded: bool = False

    @property
    def final(self) -> bool:
        """Whether tests and intervals of a study that is over may be shown."""
        return self.showing == FINAL

    @property
    def hidden(self) -> bool:
        """Whether nothing but counts may be shown."""
        return self.showing == HIDDEN

    @property
    def interval(self) -> str:
        """The definition of the bounds that are shown."""
        return "interval" if self.final else "sequence"

    @cached_property
    def overall(self) -> Mapping[str, Any]:
        """The fool rate over all arms, with the bounds that may be shown."""
        return bounded(self.content["overall"], self.showing)

    @cached_property
    def arms(self) -> list[Mapping[str, Any]]:
        """Algorithm × split, and × exposure where there are several, with the bounds that may be shown.

        Each with `stored`, the fool rate's row, which knows of the machine's and of the AMT script's bootstrap.
        """
        rows = FoolRate.objects.filter(study=self.study, simulated=bool(self.prefix)).for_page().with_machine()
        stored = {(row.algorithm.slug, row.split, row.asked_ms): row for row in rows}
        return [
            {**bounded(arm, self.showing), "stored": stored.get((arm["algorithm"], arm["split"], arm["asked_ms"]))}
            for arm in self.content["arms"]
            if arm["split"] is not None
        ]

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """By the name in their address."""
        found = {} if self.few else charts.figures(self.content, self.showing)
        withheld = "exclusions" if self.few_excluded else ""
        return {self.prefix + name: figure for name, figure in found.items() if name != withheld}

    @cached_property
    def quality(self) -> dict[str, Figure]:
        """Fool rates of people over the quality numbers of colorizations, by the name in their address."""
        rows = self.content.get("quality", [])
        if not self.final or self.prefix or not rows:
            return {}
        return {number: quality_figures.figure(self.study, number, rows) for number in NUMBERS}


def bounded(arm: Mapping[str, Any], showing: str) -> dict[str, Any]:
    """A fool rate of a report with the bounds that may be shown as `low` and `high`, and its name in words."""
    bounds = arm if showing == FINAL else (arm["sequence"] or {"low": None, "high": None})
    return {**arm, "low": bounds["low"], "high": bounds["high"], "row": charts.row_of(arm)}


@dataclass(frozen=True)
class Headline:
    """What a list says of a study. fool_rate: none where it is hidden or nothing is countable."""

    finished: int
    countable: int
    hidden: bool
    fool_rate: Mapping[str, Any] | None


def headlines(studies: Iterable[Study]) -> dict[int, Headline]:
    """By the study's key, of people; none for a study that nobody finished."""
    showing = {study.pk: study.showing for study in studies}
    rows = Report.objects.of_people().filter(study__in=showing)
    return {
        key: Headline(
            finished=counts["finished"],
            countable=counts["countable"],
            hidden=showing[key] == HIDDEN,
            fool_rate=None if showing[key] == HIDDEN or overall["rate"] is None else bounded(overall, showing[key]),
        )
        for key, counts, overall in rows.values_list("study", "content__counts", "content__overall")
    }


def of_people(study: Study, *, by_link: bool = False) -> Shown | None:
    """None before anything is computed. by_link: for a viewer, who is not of the study's team."""
    found = _shown(study, study.reports.of_people().first(), "")
    if found is None or not by_link:
        return found
    if _fewest(found.content) < LEAST:
        return replace(found, showing=HIDDEN, few=True)
    counts = found.content["counts"]
    return replace(found, few_excluded=0 < counts["finished"] - counts["counted"] < LEAST)


def of_simulated(study: Study) -> Shown | None:
    """None where no simulated participant has finished."""
    return _shown(study, study.reports.of_simulated().first(), SIMULATED)


@dataclass(frozen=True)
class State:
    """Of what may be shown of a study. version: changes when it does; changing: whether it may, by itself."""

    version: str
    changing: bool


def state(study: Study) -> State:
    """Asks for no report: this is asked every few seconds."""
    rows = study.reports.values_list("simulated", "computed")
    computed: dict[bool, datetime] = dict(rows)
    changing = _changing(study, computed.get(False))
    moments = (f"{simulated:d}{computed[simulated].timestamp():.6f}" for simulated in sorted(computed))
    return State("-".join([study.status, "on" if changing else "over", *moments]), changing)


def figure(study: Study, name: str, *, by_link: bool = False) -> tuple[Figure, datetime] | None:
    """The figure of that name, and when its numbers were computed; None where there is none to be shown."""
    shown = of_simulated(study) if name.startswith(SIMULATED) else of_people(study, by_link=by_link)
    if shown is None:
        return None
    found = shown.quality.get(name) if name in NUMBERS else shown.figures.get(name)
    return (found, shown.computed) if found else None


def _shown(study: Study, report: Report | None, prefix: str) -> Shown | None:
    if report is None or not report.content["counts"]["finished"]:
        return None
    return Shown(study, report.content, report.computed, study.showing, prefix)


def _fewest(content: Mapping[str, Any]) -> int:
    """People behind the rate with the fewest of them."""
    behind: list[int] = [arm["participants"] for arm in content["arms"] if arm["countable"]]
    return min([int(content["counts"]["counted"]), *behind])


def _changing(study: Study, computed: datetime | None) -> bool:
    """Whether it is not closed, people under way may still finish, or what they did is not in the report yet.

    computed: when the report of people was.
    """
    if study.status != Study.Status.CLOSED:
        return study.status != Study.Status.DRAFT
    if study.participants.people().holding_places().filter(finished=None).exists():
        return True
    rates: datetime | None = study.fool_rates.aggregate(last=Max("computed"))["last"]
    behind = rates is not None and (computed is None or computed < rates)
    return behind or stale().filter(pk=study.pk).exists()
