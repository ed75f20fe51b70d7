"""Everything else that responses mean: a report beside the fool rates, and what each photo's fakes did."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from colortest.experiment.models import Study
from colortest.stimuli.models import Colorization


class ReportQuerySet(models.QuerySet["Report"]):
    """Reads of reports."""

    def of_people(self) -> Self:
        """From people only."""
        return self.filter(simulated=False)

    def of_simulated(self) -> Self:
        """From simulated participants only."""
        return self.filter(simulated=True)


class Report(models.Model):
    """The numbers of a study that its pages and exports show beside its fool rates; of people or of simulated
    participants, never both. Made by `analysis.reports.content`, which tells of each part; read as it is.

    Shares, rates and their differences are 0 to 1 (−1 to 1), p is 0 to 1, times are milliseconds, what cannot be told
    is null. EST is {value, low, high} with a 95 % interval. KEY is {algorithm: slug, name, split, asked_ms}, where null
    means all of them together. ARM is KEY with {fooled, countable, participants, photos, rate, low, high, wilson: {low,
    high}, sequence: {low, high}, half: {p, p_holm}, equivalence: {margin, low, high, p, equivalent}, before: {fooled,
    countable, rate}}.

        version, level, draws, seed, design_hash, margin
        counts            {finished, counted, excluded, participants, photos, countable, fooled, shown, flagged}
        overall           ARM
        arms              [ARM]: algorithm × split, × exposure where there are several, and pooled over several splits
        differences       {algorithms, algorithms_pooled, splits, exposures}: each a family of [{a: KEY, b: KEY, value,
                          low, high, p, p_holm, beats, equivalence, shared_participants, shared_photos, sentence}]
        rankings          {rows: [{algorithm, name, ability: EST, rank, rank_low, rank_high, best}], sentence}, or null
        distributions     {participants, photos}: {edges, counts, count, mean, sd, quartiles}, or null
        detection         {task: 2AFC or YES_NO, rows: [KEY, d_prime: EST, criterion: EST, unbiased: EST], sentence}
        bias              {left, first: EST with p, or null; sentence}
        catch             {trials, caught, share: EST}, or null
        response_times    {count, quartiles, p95, fast}, or null
        learning          [{kind, from, to, fooled, countable, rate, low, high}], positions from 1
        exposure          [{asked_ms, count, quartiles, within, edges, counts}]: achieved − asked
        agreement         {rows: [KEY, single: EST, mean: EST, responses, components: {participant, photo, residual}],
                          sentence}
        mixed             {rows: [KEY, rate: EST, participant_sd, photo_sd], sentence}
        exclusion         {before, after: {fooled, countable, rate}, reasons: [{reason, participants}]}
        timeline          {unit: hour, day or week, rows: [{from, finished, excluded, countable}]}
        quality           [{number: psnr or colourfulness, algorithm: slug, name, split, rho, low, high,
                          colorizations}]: rank correlation with the photos' shrunk fool rates, of people
        sample            {participants, of, sentence}: whose responses detection to exposure are from
        warnings          [sentence], which tell nothing of rates
        remarks           [sentence], which do
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    simulated = models.BooleanField()
    content = models.JSONField()
    facts = models.JSONField(
        null=True, help_text="Counts for the methods paragraph, once responses behind them have been erased."
    )
    seconds = models.FloatField(help_text="That making it took: what takes long is made less often.")
    computed = models.DateTimeField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "simulated"], name="one_report_of_people_one_of_simulated"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="report_took_some_time"),
        )

    def __str__(self) -> str:
        return f"report on {self.study}"


class PhotoRateQuerySet(models.QuerySet["PhotoRate"]):
    """Reads of photos' fool rates."""

    def of_people(self) -> Self:
        """From people only."""
        return self.filter(simulated=False)

    def of_simulated(self) -> Self:
        """From simulated participants only."""
        return self.filter(simulated=True)

    def for_page(self) -> Self:
        """With photo and algorithm, the most convincing first."""
        return self.select_related("colorization__photo", "colorization__algorithm").order_by("rank", "colorization")


class PhotoRate(models.Model):
    """Fooled ÷ countable of one colorization in one study; of people or of simulated participants, never both.

    Few responses say little: `shrunk` is drawn towards the mean of its algorithm × split, as `statistics.shrinkage`
    tells, and the rank over all of the study goes by it. All rates are 0 to 1.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="photo_rates")
    simulated = models.BooleanField()
    colorization = models.ForeignKey(Colorization, on_delete=models.CASCADE, related_name="photo_rates")
    fooled = models.PositiveIntegerField()
    countable = models.PositiveIntegerField()
    rate = models.FloatField()
    low = models.FloatField(help_text="Wilson 95 %.")
    high = models.FloatField()
    shrunk = models.FloatField()
    shrunk_low = models.FloatField(help_text="95 % of what is believed after these responses.")
    shrunk_high = models.FloatField()
    rank = models.PositiveIntegerField(help_text="1 for the most convincing.")

    objects = PhotoRateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "simulated", "colorization"], name="one_rate_per_colorization"),
            models.CheckConstraint(
                condition=Q(countable__gt=0, fooled__lte=F("countable"), rank__gt=0), name="photo_rate_of_something"
            ),
            models.CheckConstraint(
                condition=Q(low__lte=F("rate"), high__gte=F("rate"), rate__gte=0, rate__lte=1)
                & Q(shrunk__gt=0, shrunk__lt=1, shrunk_low__lte=F("shrunk"), shrunk_high__gte=F("shrunk")),
                name="photo_rate_inside_its_interval",
            ),
        )
        indexes = (models.Index(fields=["study", "simulated", "rank"], name="photo_rate_by_rank"),)

    def __str__(self) -> str:
        return f"{self.fooled} of {self.countable} fooled by {self.colorization}"
