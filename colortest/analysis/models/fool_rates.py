"""Fool rates and what they are summed from, computed off-line and stored."""

from typing import Self

import numpy as np
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from numpy.typing import NDArray

from colortest.analysis.statistics.bootstrap import Draws
from colortest.analysis.statistics.sums import ArmSums
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, MachineFoolRate

STORED = np.dtype("<u4")


class FoolRateQuerySet(models.QuerySet["FoolRate"]):
    """Reads of fool rates."""

    def of_people(self) -> Self:
        """From people only, all exposures together."""
        return self.filter(simulated=False, asked_ms=None)

    def of_simulated(self) -> Self:
        """From simulated participants only, all exposures together, and only where there are any."""
        return self.filter(simulated=True, asked_ms=None, countable__gt=0)

    def by_exposure(self, *, simulated: bool = False) -> Self:
        """One for each exposure, of people or of simulated participants; none where a study has a single one."""
        return self.filter(simulated=simulated, asked_ms__isnull=False)

    def for_page(self) -> Self:
        """With the algorithm, in the order of the page."""
        return self.select_related("algorithm").order_by("algorithm", "split", "asked_ms")

    def with_machine(self) -> Self:
        """Annotate `machine_rate`, `machine_low` and `machine_high`: a network's on the same photos, where known."""
        same = MachineFoolRate.objects.computed().filter(
            algorithm=OuterRef("algorithm"), test_set=OuterRef("study__test_set"), split=OuterRef("split")
        )
        return self.annotate(**{f"machine_{name}": Subquery(same.values(name)) for name in ("rate", "low", "high")})


class FoolRate(models.Model):
    """Fooled ÷ countable of one study × algorithm × split, of people or of simulated participants, never both; of one
    exposure where the design has several, and of all of them together.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="fool_rates")
    algorithm = models.ForeignKey(Algorithm, on_delete=models.PROTECT, related_name="fool_rates")
    split = models.CharField(max_length=50)
    simulated = models.BooleanField()
    asked_ms = models.PositiveIntegerField(null=True, help_text="The exposure asked for; empty for all together.")
    fooled = models.PositiveIntegerField()
    countable = models.PositiveIntegerField()
    participants = models.PositiveIntegerField()
    photos = models.PositiveIntegerField()
    fooled_before = models.PositiveIntegerField(default=0, help_text="Before exclusions: excluded participants too.")
    countable_before = models.PositiveIntegerField(default=0, help_text="Before exclusions.")
    participants_before = models.PositiveIntegerField(default=0, help_text="Before exclusions.")
    rate = models.FloatField(null=True, help_text="0 to 1; empty while nothing is countable.")
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    method = models.CharField(max_length=40, help_text="Of the interval.")
    wilson_low = models.FloatField(null=True, help_text="As if all responses were independent.")
    wilson_high = models.FloatField(null=True)
    amt_mean = models.FloatField(null=True, help_text="Mean over the draws of the AMT script's bootstrap.")
    amt_sd = models.FloatField(null=True, help_text="Their standard deviation.")
    computed = models.DateTimeField()

    objects = FoolRateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["study", "algorithm", "split", "simulated", "asked_ms"],
                nulls_distinct=False,
                name="one_fool_rate_per_arm",
            ),
            models.CheckConstraint(
                condition=Q(fooled__lte=F("countable"), fooled_before__lte=F("countable_before")),
                name="fooled_among_countable",
            ),
            models.CheckConstraint(
                condition=Q(countable=0, rate=None, low=None, high=None, wilson_low=None, wilson_high=None)
                | Q(countable__gt=0, rate__gte=0, rate__lte=1, low__lte=F("rate"), high__gte=F("rate"))
                & Q(wilson_low__lte=F("rate"), wilson_high__gte=F("rate")),
                name="rate_inside_its_interval",
            ),
        )

    def __str__(self) -> str:
        exposure = "" if self.asked_ms is None else f" at {self.asked_ms} ms"
        return f"{self.algorithm} × {self.split}{exposure} in {self.study}"

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
        return _span(self.low, self.high)

    @property
    def wilson_percent(self) -> str:
        """Wilson's interval as pages show it."""
        return _span(self.wilson_low, self.wilson_high)

    @property
    def amt_percent(self) -> str:
        """Mean ± standard deviation of the AMT script's bootstrap as pages show it."""
        if self.amt_mean is None or self.amt_sd is None:
            return ""
        return f"{100 * self.amt_mean:.1f} ± {100 * self.amt_sd:.1f} %"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{100 * low:.1f} – {100 * high:.1f} %"


class Sums(models.Model):
    """What a fool rate is made of, kept so that one more participant is added and nothing counted again. Whole numbers.

    Each field is the bytes of an array, little-endian; `arrays` reads them.
    """

    fool_rate = models.OneToOneField(FoolRate, on_delete=models.CASCADE, primary_key=True, related_name="sums")
    draws = models.BinaryField(help_text="(2, draws) of 4 bytes: weighted fooled and countable responses.")
    photos = models.BinaryField(help_text="(photos, 3) of 4 bytes: number of the photo, fooled, countable.")
    people = models.BinaryField(help_text="(kinds, 3) of 4 bytes: fooled and countable of one participant, how many.")
    amt_participants = models.PositiveIntegerField(
        default=0, help_text="When the AMT script's bootstrap was drawn last."
    )

    class Meta:
        verbose_name_plural = "sums"

    def __str__(self) -> str:
        return f"sums of {self.fool_rate}"

    @classmethod
    def of(cls, fool_rate: FoolRate, arm: ArmSums, *, amt_participants: int) -> Self:
        """An unsaved row of this arm."""
        draws = np.stack([arm.draws.fooled, arm.draws.countable])
        fields = {"draws": draws, "photos": arm.photos, "people": arm.people}
        packed = {name: table.astype(STORED).tobytes() for name, table in fields.items()}
        return cls(fool_rate=fool_rate, amt_participants=amt_participants, **packed)

    @property
    def arm(self) -> ArmSums:
        """Draws, and counts by photo and by participant."""
        return ArmSums(
            draws=Draws(*_read(self.draws, 2)), photos=_read(self.photos, -1, 3), people=_read(self.people, -1, 3)
        )


def _read(packed: bytes | memoryview, rows: int, columns: int = -1) -> NDArray[np.int64]:
    return np.frombuffer(packed, STORED).reshape(rows, columns).astype(np.int64)
