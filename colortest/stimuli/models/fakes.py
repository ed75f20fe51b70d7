"""Fakes made elsewhere, on their way in: one upload for one algorithm and one test set."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.stimuli.models.colorizations import Algorithm
from colortest.stimuli.models.test_sets import TestSet
from colortest.stimuli.models.uploads import Upload


class FakesUploadQuerySet(models.QuerySet["FakesUpload"]):
    """Reads of uploads of fakes."""

    def waiting(self) -> Self:
        """Those with which a worker has something to do."""
        return self.filter(status__in=[FakesUpload.Status.UPLOADED, FakesUpload.Status.ACCEPTED])

    def light(self) -> Self:
        """Without what is told of each file, which may be long."""
        return self.select_related("algorithm", "test_set").defer("report")


class FakesUpload(models.Model):
    """A zip of fakes: checked, accepted by an admin, and only then stored as colorizations."""

    class Status(models.TextChoices):
        UPLOADED = "UPLOADED", "being checked"
        CHECKED = "CHECKED", "to be accepted"
        ACCEPTED = "ACCEPTED", "being stored"
        STORED = "STORED", "stored"

    algorithm = models.ForeignKey(Algorithm, on_delete=models.CASCADE, related_name="uploads")
    test_set = models.ForeignKey(TestSet, on_delete=models.CASCADE, related_name="uploads_of_fakes")
    upload = models.OneToOneField(
        Upload, null=True, on_delete=models.PROTECT, related_name="fakes", help_text="Until it is stored."
    )
    file_name = models.CharField(max_length=255)
    status = models.CharField(max_length=8, choices=Status, default=Status.UPLOADED)
    problem = models.TextField(blank=True, help_text="Why nothing of it can be used, where that is so.")
    report = models.JSONField(default=dict, help_text="As services.fakes.Report has it.")
    created = models.DateTimeField(db_default=Now())

    objects = FakesUploadQuerySet.as_manager()

    class Meta:
        ordering = ("-created", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["UPLOADED", "CHECKED", "ACCEPTED"]) | Q(status="STORED", upload=None),
                name="fakes_upload_only_until_stored",
            ),
            models.CheckConstraint(
                condition=Q(problem="") | Q(status="CHECKED"), name="fakes_with_a_problem_are_never_stored"
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("fakes", args=[self.algorithm.slug, self.pk])

    @property
    def told(self) -> dict[str, Any]:
        """What became of each file; empty before it is checked."""
        return {"matched": [], "refused": [], "missing": [], **self.report}
