"""Reads of the photos page: every photo of a study with its fakes, by their stored fool rates."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, Max, Min, Prefetch

from colortest.analysis.models import PhotoRate, PhotoRateQuerySet
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, Colorization, Photo

MOST, LEAST = "most", "least"


def in_order(study: Study, *, algorithm: Algorithm | None, split: str, order: str) -> list[int]:
    """The keys of a study's photos by their most, or least, convincing fake; those without a countable response last.

    Ordered here: PostgreSQL would look up the best rank of each photo one by one.
    """
    rates = _rates(study)
    rates = rates.filter(colorization__algorithm=algorithm) if algorithm else rates
    found = (Max if order == LEAST else Min)("rank")
    ranks: dict[int, int] = dict(rates.order_by().values_list("colorization__photo").annotate(found))
    photos = study.photos().filter(split=split) if split else study.photos()
    keys = photos.order_by("pk").values_list("pk", flat=True)
    sign = -1 if order == LEAST else 1
    return sorted(keys, key=lambda key: (key not in ranks, sign * ranks.get(key, 0)))


def with_fakes(keys: Collection[int], study: Study, *, algorithm: Algorithm | None) -> list[Photo]:
    """The photos in this order, each with `fakes`, its colorizations by the algorithms under test, and each of those
    with `rates`, one or none.
    """
    under_test = [algorithm] if algorithm else list(study.under_test())
    rates = Prefetch("photo_rates", queryset=_rates(study), to_attr="rates")
    fakes = Colorization.objects.ready().filter(algorithm__in=under_test).select_related("algorithm")
    fakes = fakes.order_by("algorithm").prefetch_related(rates)
    found = Photo.objects.prefetch_related(Prefetch("colorizations", queryset=fakes, to_attr="fakes")).in_bulk(keys)
    return [found[key] for key in keys]


def measured(study: Study, number: str) -> list[Any]:
    """Of each colorization with countable responses of people: {slug, name} of its algorithm, the `split` of its photo,
    this `number` of its quality, and its `shrunk` fool rate.
    """
    known = _rates(study).filter(**{f"colorization__{number}__isnull": False}).order_by("colorization")
    return list(
        known.values(
            "shrunk",
            slug=F("colorization__algorithm__slug"),
            name=F("colorization__algorithm__name"),
            split=F("colorization__photo__split"),
            number=F(f"colorization__{number}"),
        )
    )


def _rates(study: Study) -> PhotoRateQuerySet:
    return PhotoRate.objects.of_people().filter(study=study)
