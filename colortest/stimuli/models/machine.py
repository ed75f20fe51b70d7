"""Fool rates of the machine observer."""

from collections.abc import Sequence
from typing import Self

from django.db import models
from django.db.models import F, Q

from colortest.stimuli.models.colorizations import Algorithm
from colortest.stimuli.models.test_sets import TestSet


class MachineFoolRateQuerySet(models.QuerySet["MachineFoolRate"]):
    """Reads of machine fool rates."""

    def pending(self) -> Self:
        """Asked for, and not computed since."""
        return self.filter(Q(computed=None) | Q(requested__gt=F("computed")))

    def computed(self) -> Self:
        """With numbers, which may be those of an earlier request."""
        return self.filter(rate__isnull=False)

    def about(self, test_set: TestSet, splits: Sequence[str]) -> Self:
        """With numbers about these splits and every algorithm, in the order of the pages: grey shows its power."""
        return self.filter(test_set=test_set, split__in=splits).computed().for_page()

    def claim(self, algorithm: Algorithm, test_set: TestSet) -> list["MachineFoolRate"]:
        """Lock what is asked of one algorithm on one test set, unless a worker holds it; the lock is the lease."""
        rows = self.pending().filter(algorithm=algorithm, test_set=test_set)
        return list(rows.select_for_update(skip_locked=True).order_by("id"))

    def for_page(self) -> Self:
        """With algorithm and test set, in the order of the pages."""
        return self.select_related("algorithm", "test_set").order_by("algorithm", "test_set", "split")


class MachineFoolRate(models.Model):
    """How often a network, no person, took an algorithm's colorizations of one split for the photos.

    Asked for by an admin; the numbers of an earlier request stay until the new ones are there.
    """

    algorithm = models.ForeignKey(Algorithm, on_delete=models.CASCADE, related_name="machine_fool_rates")
    test_set = models.ForeignKey(TestSet, on_delete=models.CASCADE, related_name="machine_fool_rates")
    split = models.CharField(max_length=50)
    requested = models.DateTimeField()
    computed = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    photos = models.PositiveIntegerField(default=0)
    fooled = models.FloatField(default=0, help_text="Of the photos; a tie counts half.")
    rate = models.FloatField(null=True, help_text="0 to 1.")
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    observer = models.JSONField(default=dict, help_text="Settings of the observer.")

    objects = MachineFoolRateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["algorithm", "test_set", "split"], name="one_machine_fool_rate_per_split"),
            models.CheckConstraint(
                condition=Q(fooled__gte=0, fooled__lte=F("photos")), name="machine_fooled_among_photos"
            ),
            models.CheckConstraint(
                condition=Q(rate=None, low=None, high=None)
                | Q(computed__isnull=False, error="", low__gte=0, low__lte=F("rate"), high__gte=F("rate"), high__lte=1),
                name="machine_rate_inside_its_interval",
            ),
        )

    def __str__(self) -> str:
        return f"{self.algorithm} on {self.test_set}, {self.split}"

    @property
    def is_pending(self) -> bool:
        """Asked for, and not computed since."""
        return self.computed is None or self.requested > self.computed

    @property
    def rate_percent(self) -> str:
        """The rate as pages show it."""
        return "" if self.rate is None else f"{100 * self.rate:.1f} %"

    @property
    def interval_percent(self) -> str:
        """The interval as pages show it."""
        return "" if self.low is None or self.high is None else f"{100 * self.low:.1f} – {100 * self.high:.1f} %"
