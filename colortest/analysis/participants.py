"""Reads of the participants page: single people who finished, by what they chose."""

from collections.abc import Collection

from colortest.analysis.models import ParticipantRate, ParticipantRateQuerySet
from colortest.experiment.models import Study

ALL, COUNTED, EXCLUDED = "", "counted", "excluded"
NUMBER, MOST, LEAST, CATCH, FAST, SLOW = "number", "most", "least", "catch", "fast", "slow"
ORDERS = {MOST: ("rate", True), LEAST: ("rate", False), CATCH: ("caught_share", False)}
ORDERS |= {FAST: ("rt_ms", False), SLOW: ("rt_ms", True)}


def in_order(study: Study, *, who: str, order: str) -> ParticipantRateQuerySet:
    """Their rates in this order: by their numbers where it is none of ORDERS."""
    if order in ORDERS:
        column, downwards = ORDERS[order]
        rows = ParticipantRate.objects.filter(study=study).by(column, downwards=downwards)
    else:  # by way of the participants, who have an index of their numbers
        rows = ParticipantRate.objects.filter(participant__study=study).order_by("participant__number")
    if who == COUNTED:
        return rows.counted()
    return rows.excluded() if who == EXCLUDED else rows


def with_people(keys: Collection[int]) -> list[ParticipantRate]:
    """The rates in this order, each with its participant and, where they see a single one, with the algorithm."""
    found = ParticipantRate.objects.select_related("participant__algorithm").in_bulk(keys)
    return [found[key] for key in keys]
