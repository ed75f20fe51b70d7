"""Fool rates, computed off-line and stored."""

from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, MachineFoolRate


class FoolRateQuerySet(models.QuerySet["FoolRate"]):
    """Reads of fool rates."""

    def of_people(self) -> Self:
        """From people only."""
        return self.filter(simulated=False)

    def of_simulated(self) -> Self:
        """From simulated participants only, and only where there are any."""
        return self.filter(simulated=True, countable__gt=0)

    def for_page(self) -> Self:
        """With the algorithm, in the order of the page."""
        return self.select_related("algorithm").order_by("algorithm", "split")

    def with_machine(self) -> Self:
        """Annotate `machine_rate`, `machine_low` and `machine_high`: a network's on the same photos, where known."""
        same = MachineFoolRate.objects.computed().filter(
            algorithm=OuterRef("algorithm"), test_set=OuterRef("study__test_set"), split=OuterRef("split")
        )
        return self.annotate(**{f"machine_{name}": Subquery(same.values(name)) for name in ("rate", "low", "high")})


class FoolRate(models.Model):
    """Fooled ÷ countable of one study × algorithm × split, of people or of simulated participants, never both."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="fool_rates")
    algorithm = models.ForeignKey(Algorithm, on_delete=models.PROTECT, related_name="fool_rates")
    split = models.CharField(max_length=50)
    simulated = models.BooleanField()
    fooled = models.PositiveIntegerField()
    countable = models.PositiveIntegerField()
    participants = models.PositiveIntegerField()
    photos = models.PositiveIntegerField()
    rate = models.FloatField(null=True, help_text="0 to 1; empty while nothing is countable.")
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    method = models.CharField(max_length=40, help_text="Of the interval.")
    computed = models.DateTimeField()

    objects = FoolRateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "algorithm", "split", "simulated"], name="one_fool_rate_per_arm"),
            models.CheckConstraint(condition=Q(fooled__lte=F("countable")), name="fooled_among_countable"),
            models.CheckConstraint(
                condition=Q(countable=0, rate=None, low=None, high=None)
                | Q(countable__gt=0, rate__gte=0, rate__lte=1, low__lte=F("rate"), high__gte=F("rate")),
                name="rate_inside_its_interval",
            ),
        )

    def __str__(self) -> str:
        return f"{self.algorithm} × {self.split} in {self.study}"

    @property
    def rate_percent(self) -> str:
        """The rate as pages show it."""
        return "" if self.rate is None else f"{100 * self.rate:.1f} %"

    @property
    def machine_percent(self) -> str:
        """The machine fool rate with its interval as pages show it, after `with_machine()`."""
        rate, low, high = (getattr(self, f"machine_{name}") for name in ("rate", "low", "high"))
        return "" if rate is None else f"{100 * rate:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"

    @property
    def interval_percent(self) -> str:
        """The interval as pages show it."""
        return "" if self.low is None or self.high is None else f"{100 * self.low:.1f} – {100 * self.high:.1f} %"
