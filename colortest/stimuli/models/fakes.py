"""Fakes made elsewhere, on their way in: one upload for one algorithm and one test set, and each of its files."""

from typing import Self

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.stimuli.made_elsewhere import CHANGED
from colortest.stimuli.models.colorizations import Algorithm, Colorization
from colortest.stimuli.models.imports import Import
from colortest.stimuli.models.test_sets import Photo, PhotoQuerySet, TestSet
from colortest.stimuli.models.uploads import Upload


class FakesUploadQuerySet(models.QuerySet["FakesUpload"]):
    """Reads of uploads of fakes."""

    def waiting(self) -> Self:
        """Those with which a worker has something to do; what a command reads from a disk waits for that command."""
        busy = [FakesUpload.Status.UPLOADED, FakesUpload.Status.ACCEPTED]
        return self.filter(status__in=busy, stored=None, upload__isnull=False)

    def for_page(self) -> Self:
        """With algorithm and test set."""
        return self.select_related("algorithm", "test_set", "upload")


class FakesUpload(Import):
    """A zip of fakes: checked, accepted by an admin, and only then stored as colorizations."""

    class Status(models.TextChoices):
        UPLOADING = "UPLOADING", "on its way"
        UPLOADED = "UPLOADED", "being checked"
        CHECKED = "CHECKED", "to be accepted"
        ACCEPTED = "ACCEPTED", "being stored"

    algorithm = models.ForeignKey(Algorithm, on_delete=models.CASCADE, related_name="uploads")
    test_set = models.ForeignKey(TestSet, on_delete=models.CASCADE, related_name="uploads_of_fakes")
    upload = models.OneToOneField(
        Upload, null=True, on_delete=models.PROTECT, related_name="fakes", help_text="Until it is stored."
    )
    file_name = models.CharField(max_length=255)
    status = models.CharField(max_length=9, choices=Status, default=Status.UPLOADED)
    stored = models.DateTimeField(null=True, help_text="When all that was accepted was stored.")
    created = models.DateTimeField(db_default=Now())

    objects = FakesUploadQuerySet.as_manager()

    class Meta:
        ordering = ("-created", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["UPLOADING", "UPLOADED", "CHECKED", "ACCEPTED"]), name="fakes_upload_status"
            ),
            models.CheckConstraint(
                condition=Q(stored=None) | Q(status="ACCEPTED", upload=None), name="fakes_upload_only_until_stored"
            ),
            models.CheckConstraint(
                condition=~Q(status="UPLOADING") | Q(upload__isnull=False), name="fakes_arrive_by_an_upload"
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("fakes", args=[self.algorithm.slug, self.pk])

    @property
    def upload_url(self) -> str:
        """Where a script sends the chunks of its upload; empty where it has none."""
        return reverse("upload", args=[self.upload_id]) if self.upload_id else ""

    @property
    def told_status(self) -> str:
        """Its status as pages tell it."""
        return "stored" if self.stored else str(self.get_status_display())

    def photos_without_one(self) -> PhotoQuerySet:
        """Photos of the test set of which there is neither a file in it nor a colorization yet."""
        files = FakeFile.objects.filter(fakes=self, photo=OuterRef("pk"))
        made = Colorization.objects.ready().filter(algorithm=self.algorithm_id, photo=OuterRef("pk"))
        return self.test_set.photos.filter(~Exists(files), ~Exists(made))


class FakeFileQuerySet(models.QuerySet["FakeFile"]):
    """Reads of what became of the files of an upload of fakes."""

    def dealt_with(self) -> int:
        """How many files of an upload are checked: positions are given out without gaps."""
        last: int | None = self.aggregate(last=Max("position"))["last"]
        return 0 if last is None else last + 1

    def matched(self) -> Self:
        """Those that can be stored, and are not yet."""
        return self.filter(outcome=FakeFile.Outcome.MATCHED)

    def usable(self) -> Self:
        """Those that can be stored, or are."""
        return self.exclude(outcome=FakeFile.Outcome.REFUSED)

    def stored(self) -> Self:
        """Those that are colorizations now."""
        return self.filter(outcome=FakeFile.Outcome.STORED)

    def refused(self) -> Self:
        """Those that cannot be used, with the reason."""
        return self.filter(outcome=FakeFile.Outcome.REFUSED)

    def relit(self) -> Self:
        """Those whose lightness visibly is another than their photo's, the worst first."""
        return self.usable().filter(lightness_change__gt=CHANGED).order_by("-lightness_change", "position")


class FakeFile(models.Model):
    """One file of an upload of fakes: of one photo, or refused with a reason."""

    class Outcome(models.TextChoices):
        MATCHED = "MATCHED", "can be stored"
        STORED = "STORED", "stored"
        REFUSED = "REFUSED", "refused"

    fakes = models.ForeignKey(FakesUpload, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField(help_text="Among the files of the upload by name, from 0.")
    name = models.CharField(max_length=255)
    outcome = models.CharField(max_length=8, choices=Outcome)
    photo = models.ForeignKey(Photo, null=True, on_delete=models.CASCADE, related_name="+")
    lightness_change = models.FloatField(null=True, help_text="Mean of |ΔL*| against the photo.")
    reason = models.TextField(blank=True)

    objects = FakeFileQuerySet.as_manager()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["fakes", "position"], name="fake_file_dealt_with_once"),
            models.UniqueConstraint(fields=["fakes", "photo"], name="one_fake_file_per_photo"),
            models.CheckConstraint(
                name="fake_file_tells_the_truth",
                condition=(
                    Q(outcome__in=["MATCHED", "STORED"], photo__isnull=False, lightness_change__isnull=False, reason="")
                    | Q(outcome="REFUSED", photo=None) & ~Q(reason="")
                ),
            ),
        )
        indexes = (models.Index(fields=["fakes", "outcome", "position"], name="fakes_by_outcome"),)

    def __str__(self) -> str:
        return self.name
