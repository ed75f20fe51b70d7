"""Test sets and their photos: the real images."""

from typing import Self

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.stimuli.models.files import manifest_name, random_name
from colortest.stimuli.models.imports import Import
from colortest.stimuli.models.uploads import Upload


class TestSetQuerySet(models.QuerySet["TestSet"]):
    """Reads of test sets."""

    def with_counts(self) -> Self:
        """Annotate `photo_count`."""
        return self.annotate(photo_count=Count("photos")).order_by("-created", "-id")

    def progress_of(self, algorithm: models.Model) -> Self:
        """Those of which an algorithm was asked for photos; annotates `ready`, `pending` and `failed` counts."""
        by_status = {
            status.lower(): Count("photos__colorizations", filter=Q(photos__colorizations__status=status))
            for status in ("READY", "PENDING", "FAILED")
        }
        return self.filter(photos__colorizations__algorithm=algorithm).annotate(**by_status).order_by("-created", "-id")

    def imported(self) -> Self:
        """Those of which there is a report."""
        return self.filter(status__in=[TestSet.Status.CHECKED, TestSet.Status.READY])

    def ready(self) -> Self:
        """Those that were accepted: their photos can be used."""
        return self.filter(status=TestSet.Status.READY)

    def waiting(self) -> Self:
        """Uploaded and not yet imported; what a command imports from a disk waits for that command."""
        return self.filter(status=TestSet.Status.UPLOADED, upload__isnull=False)


class TestSet(Import):
    """An uploaded collection of photos."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    class Status(models.TextChoices):
        UPLOADING = "UPLOADING", "on its way"
        UPLOADED = "UPLOADED", "being checked"
        CHECKED = "CHECKED", "to be accepted"
        READY = "READY", "ready"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    licence = models.CharField(max_length=200, blank=True)
    source = models.TextField(blank=True, help_text="Where the photos come from.")
    status = models.CharField(max_length=9, choices=Status, default=Status.UPLOADED)
    upload = models.OneToOneField(
        Upload, null=True, on_delete=models.PROTECT, related_name="test_set", help_text="Until it is checked."
    )
    manifest = models.FileField(upload_to=manifest_name, blank=True, help_text="file,split,… that came beside it.")
    split = models.CharField(max_length=50, blank=True, help_text="One for all of its photos, where it was chosen.")
    created = models.DateTimeField(db_default=Now())

    objects = TestSetQuerySet.as_manager()

    class Meta:
        ordering = ("-created", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["UPLOADING", "UPLOADED", "CHECKED", "READY"]), name="test_set_status"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="UPLOADING", upload__isnull=False)
                    | Q(status="UPLOADED")
                    | Q(status__in=["CHECKED", "READY"], upload=None)
                ),
                name="upload_only_until_checked",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("test_set", args=[self.slug])

    @property
    def report_url(self) -> str:
        """Where the admin reads what became of each file."""
        return reverse("report", args=[self.slug])

    @property
    def upload_url(self) -> str:
        """Where a script sends the chunks of its upload; empty where it has none."""
        return reverse("upload", args=[self.upload_id]) if self.upload_id else ""


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Reads of photos."""

    def accepted(self) -> Self:
        """Those of test sets that an admin accepted: nothing else is coloured or shown to anybody."""
        return self.filter(test_set__status=TestSet.Status.READY)

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
    file_sha256 = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="Of the bytes of the file, since we keep it."
    )
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
        # For the sweep of files that no row knows: a few bytes a row, for equality alone.
        indexes = (HashIndex(fields=["file"], name="photo_by_file"),)

    def __str__(self) -> str:
        return self.name
