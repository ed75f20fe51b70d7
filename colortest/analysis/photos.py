"""Reads of the photos page: every photo of a study with its fakes, by their stored fool rates."""

from typing import Any

from django.db.models import F, OuterRef, Prefetch, Subquery

from colortest.analysis.models import PhotoRate
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, Colorization, PhotoQuerySet

MOST, LEAST = "most", "least"


def in_order(study: Study, *, algorithm: Algorithm | None, split: str, order: str) -> PhotoQuerySet:
    """The photos of a study by their most, or least, convincing fake; those without a countable response last."""
    rates = _rates(study, algorithm).filter(colorization__photo=OuterRef("pk"))
    least_first = order == LEAST
    best = rates.order_by("-rank" if least_first else "rank").values("rank")[:1]
    photos = study.photos().filter(split=split) if split else study.photos()
    rank = F("best_rank").desc(nulls_last=True) if least_first else F("best_rank").asc(nulls_last=True)
    return photos.annotate(best_rank=Subquery(best)).order_by(rank, "pk")


def with_fakes(photos: PhotoQuerySet, study: Study, *, algorithm: Algorithm | None) -> PhotoQuerySet:
    """Each with `fakes`, its colorizations by the algorithms under test; each of those with `rates`, one or none."""
    under_test = [algorithm] if algorithm else list(study.under_test())
    rates = Prefetch("photo_rates", queryset=_rates(study, None), to_attr="rates")
    fakes = Colorization.objects.ready().filter(algorithm__in=under_test).select_related("algorithm")
    fakes = fakes.order_by("algorithm").prefetch_related(rates)
    return photos.prefetch_related(Prefetch("colorizations", queryset=fakes, to_attr="fakes"))


def measured(study: Study, number: str) -> list[dict[str, Any]]:
    """Of each colorization with countable responses of people: algorithm, this number of its quality, and fool rate."""
    found = _rates(study, None).filter(**{f"colorization__{number}__isnull": False}).order_by("colorization")
    return list(
        found.values(
            "shrunk",
            slug=F("colorization__algorithm__slug"),
            name=F("colorization__algorithm__name"),
            number=F(f"colorization__{number}"),
        )
    )


def _rates(study: Study, algorithm: Algorithm | None) -> Any:
    rates = PhotoRate.objects.of_people().filter(study=study)
    return rates.filter(colorization__algorithm=algorithm) if algorithm else rates
