"""Test sets and their photos: the real images."""

from typing import Self

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.stimuli.models.files import random_name, upload_name


class TestSetQuerySet(models.QuerySet["TestSet"]):
    """Reads of test sets."""

    def with_counts(self) -> Self:
        """Annotate `photo_count`."""
        return self.annotate(photo_count=Count("photos")).order_by("-created", "-id")

    def ready(self) -> Self:
        """Those whose photos can be used."""
        return self.filter(status=TestSet.Status.READY)

    def waiting(self) -> Self:
        """Uploaded and not yet imported."""
        return self.filter(status=TestSet.Status.UPLOADED)


class TestSet(models.Model):
    """An uploaded collection of photos."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    class Status(models.TextChoices):
        UPLOADED = "UPLOADED", "waiting for import"
        READY = "READY", "ready"
        REJECTED = "REJECTED", "rejected"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    licence = models.CharField(max_length=200, blank=True)
    source = models.TextField(blank=True, help_text="Where the photos come from.")
    status = models.CharField(max_length=8, choices=Status, default=Status.UPLOADED)
    upload = models.FileField(upload_to=upload_name, blank=True)
    problems = models.JSONField(default=list, help_text="[[file name, reason], …] of what was not kept.")
    created = models.DateTimeField(db_default=Now())

    objects = TestSetQuerySet.as_manager()

    class Meta:
        ordering = ("-created", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=["UPLOADED", "READY", "REJECTED"]), name="test_set_status"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("test_set", args=[self.slug])


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Reads of photos."""

    def without_colorization(self, algorithm: models.Model) -> Self:
        """Photos for which the algorithm has no row yet."""
        return self.exclude(colorizations__algorithm=algorithm)

    def split_counts(self) -> dict[str, int]:
        """Photos per split, {split: count}, by name."""
        return dict(self.order_by("split").values_list("split").annotate(Count("pk")))


class Photo(models.Model):
    """A real image: the ground truth, stored as it is shown."""

    test_set = models.ForeignKey(TestSet, on_delete=models.CASCADE, related_name="photos")
    split = models.CharField(max_length=50)
    name = models.CharField(max_length=255, help_text="Its name in the upload; participants never see it.")
    file = models.FileField(upload_to=random_name)
    sha256 = models.CharField(max_length=64, help_text="Of the rendered pixels.")
    byte_count = models.PositiveIntegerField()
    width = models.PositiveIntegerField(help_text="Of the upload, pixels.")
    height = models.PositiveIntegerField(help_text="Of the upload, pixels.")

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["test_set", "sha256"], name="photo_once_per_test_set"),
            models.CheckConstraint(condition=~Q(split=""), name="photo_has_a_split"),
        )

    def __str__(self) -> str:
        return self.name
