"""What became of each file of an upload: the report of an import."""

from typing import Self

from django.db import models
from django.db.models import Count, Max, Q

from colortest.stimuli.models.test_sets import Photo, TestSet


class ImportedFileQuerySet(models.QuerySet["ImportedFile"]):
    """Reads of the report; an import is always of one test set."""

    def dealt_with(self) -> int:
        """How many files of a test set's upload are done: positions are given out without gaps."""
        last: int | None = self.aggregate(last=Max("position"))["last"]
        return 0 if last is None else last + 1

    def counts(self) -> dict[str, int]:
        """Files by outcome, those of which there are none included."""
        found = dict(self.order_by().values_list("outcome").annotate(Count("pk")))
        return {outcome: found.get(outcome, 0) for outcome in ImportedFile.Outcome.values}

    def left_out(self) -> Self:
        """Those that did not become a photo."""
        return self.exclude(outcome=ImportedFile.Outcome.KEPT)

    def for_report(self) -> Self:
        """With their photos, in the order of the upload."""
        return self.select_related("photo").order_by("position")


class ImportedFile(models.Model):
    """One file of an upload: kept as a photo, the same picture as one, or rejected with a reason."""

    class Outcome(models.TextChoices):
        KEPT = "KEPT", "kept"
        DUPLICATE = "DUPLICATE", "duplicate"
        REJECTED = "REJECTED", "rejected"

    test_set = models.ForeignKey(TestSet, on_delete=models.CASCADE, related_name="imported_files")
    position = models.PositiveIntegerField(help_text="Among the files of the upload by name, from 0.")
    name = models.CharField(max_length=255)
    outcome = models.CharField(max_length=9, choices=Outcome)
    photo = models.ForeignKey(
        Photo, null=True, on_delete=models.CASCADE, related_name="+", help_text="What it became or is the same as."
    )
    reason = models.TextField(
        blank=True, help_text="Why it was rejected, or what is to be told of it though it was kept."
    )

    objects = ImportedFileQuerySet.as_manager()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["test_set", "position"], name="file_dealt_with_once"),
            models.UniqueConstraint(fields=["photo"], condition=Q(outcome="KEPT"), name="photo_kept_once"),
            models.CheckConstraint(
                name="imported_file_tells_the_truth",
                condition=(
                    Q(outcome="KEPT", photo__isnull=False)
                    | Q(outcome="DUPLICATE", photo__isnull=False, reason="")
                    | Q(outcome="REJECTED", photo=None) & ~Q(reason="")
                ),
            ),
        )
        indexes = (models.Index(fields=["test_set", "outcome", "position"], name="report_by_outcome"),)

    def __str__(self) -> str:
        return self.name

    @property
    def told(self) -> str:
        """Its reason as pages and files tell it; empty where nothing is to be told."""
        return f"the same picture as {self.photo}" if self.outcome == self.Outcome.DUPLICATE else self.reason
