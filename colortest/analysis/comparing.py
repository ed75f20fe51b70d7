"""Which fool rates of two studies may stand beside each other, and what lies between those that may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from colortest.analysis import shown
from colortest.analysis.charts import forest
from colortest.analysis.charts.look import Figure
from colortest.analysis.statistics.independent import Bounded, difference
from colortest.experiment.models import Study
from colortest.experiment.presets import PROTOCOL

# How many people there are to be, and how failed exposures are made up for, changes no trial and excludes nobody.
COMPARED = (*(name for name in PROTOCOL if name not in {"quota", "reserve_share"}), "colour_vision")
LONGEST_TITLE = 30


@dataclass(frozen=True)
class Differing:
    """A number of the protocol that is not the same in both studies, in words."""

    name: str
    a: str
    b: str


@dataclass(frozen=True)
class Pair:
    """An arm of each study on the same photos. gap: of the first less the second, once both studies are closed."""

    a: Mapping[str, Any]
    b: Mapping[str, Any]
    gap: Bounded | None

    @property
    def same_algorithm(self) -> bool:
        """Whether it is a shared condition."""
        return bool(self.a["algorithm"] == self.b["algorithm"])


@dataclass(frozen=True)
class Comparison:
    """Two studies. pairs: those that may be compared; refusal: why there are none, or none but shared conditions."""

    a: Study
    b: Study
    differing: list[Differing]
    pairs: list[Pair]
    refusal: str

    @property
    def same_protocol(self) -> bool:
        return not self.differing

    @property
    def figure(self) -> Figure:
        """The arms that may be compared, those of each algorithm together."""
        sides = [(study, arm) for pair in self.pairs for study, arm in ((self.a, pair.a), (self.b, pair.b))]
        arms = {(study.pk, arm["algorithm"], arm["row"]): (study, arm) for study, arm in sides}
        final = self.a.showing == self.b.showing == shown.FINAL
        return forest.fool_rates(
            [_estimate(study, arm) for study, arm in arms.values()],
            of="95 % interval" if final else "95 % interval, or confidence sequence before it is closed",
            title="Both studies",
        )


def compare(a: Study, b: Study) -> Comparison:
    """What may be said of two studies together: under one protocol everything on the same photos, else only of shared
    conditions, which are the same algorithm on the same photos.
    """
    differing = list(differences_of_protocol(a, b))
    hiding = [study.title for study in (a, b) if study.showing == shown.HIDDEN]
    if hiding:
        refusal = f"“{hiding[0]}” is not closed yet, and until then its design hides its rates."
        return Comparison(a, b, differing, [], refusal)
    pairs = [pair for pair in _pairs(a, b) if pair.same_algorithm or not differing]
    return Comparison(a, b, differing, pairs, _refusal(a, b, differing, pairs))


def differences_of_protocol(a: Study, b: Study) -> Iterator[Differing]:
    """Every number of the protocol that is not the same in both."""
    for name in COMPARED:
        if getattr(a, name) != getattr(b, name):
            label = str(Study._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            yield Differing(label, _said(a, name), _said(b, name))


def _refusal(a: Study, b: Study, differing: list[Differing], pairs: list[Pair]) -> str:
    cannot = "These studies cannot be compared"
    if not differing:
        return "" if pairs else f"{cannot}: they show no photos in common, or nothing is countable yet."
    what = "; ".join(f"{one.name} is {one.a} in “{a}” and {one.b} in “{b}”" for one in differing)
    if not pairs:
        return f"{cannot}: they share no algorithm on the same photos, and their protocols differ: {what}."
    return (
        f"Their protocols differ: {what}. So their fool rates are not ranked against each other. What both have "
        "measured, the same algorithm on the same photos, stands side by side, and shows what the protocol does."
    )


def _said(study: Study, name: str) -> str:
    """A number of the protocol in words."""
    value = getattr(study, name)
    shows = getattr(study, f"get_{name}_display", None)
    if shows:
        return str(shows())
    if name == "exposures_ms":
        return ", ".join(forest.exposure(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{100 * value:.6g} %"
    return f"{value:,} ms" if name.endswith("_ms") else f"{value:,}"


def _pairs(a: Study, b: Study) -> Iterator[Pair]:
    """Arms with a rate on the same photos, at the same exposure."""
    final = a.showing == b.showing == shown.FINAL
    same_photos = _same_photos(a, b)
    for one in _arms(a):
        for two in _arms(b):
            if (one["split"], two["split"]) in same_photos and one["asked_ms"] == two["asked_ms"]:
                yield Pair(one, two, _gap(one, two) if final else None)


def _arms(study: Study) -> list[Mapping[str, Any]]:
    people = shown.of_people(study)
    return [arm for arm in people.arms if arm["rate"] is not None and arm["low"] is not None] if people else []


def _gap(a: Mapping[str, Any], b: Mapping[str, Any]) -> Bounded:
    return difference(*(Bounded(arm["rate"], arm["low"], arm["high"]) for arm in (a, b)))


def _same_photos(a: Study, b: Study) -> set[tuple[str, str]]:
    """The splits of the first and of the second study that are made of the same photos."""
    ours, theirs = _photos(a), _photos(b)
    return {(one, two) for one in ours for two in theirs if ours[one] == theirs[two]}


def _photos(study: Study) -> dict[str, set[str]]:
    """The pixels of the photos in each split, by their hashes."""
    found: dict[str, set[str]] = {}
    for split, sha256 in study.photos().values_list("split", "sha256"):
        found.setdefault(split, set()).add(sha256)
    return found


def _estimate(study: Study, arm: Mapping[str, Any]) -> forest.Estimate:
    title = study.title if len(study.title) <= LONGEST_TITLE else f"{study.title[:LONGEST_TITLE]}…"
    numbers = {name: arm[name] for name in ("rate", "low", "high", "countable")}
    return forest.Estimate(algorithm=arm["name"], split=f"{title}: {arm['row']}", **numbers)
