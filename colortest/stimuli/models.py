"""What is shown: test sets of photos, algorithms, and the colorizations they make."""

import uuid
from collections.abc import Sequence
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Now
from django.urls import reverse


def random_name(_instance: object, _name: str) -> str:
    """A file name that tells nothing: neither which photo, nor whether it is real."""
    name = uuid.uuid4().hex
    return f"stimuli/{name[:2]}/{name}.webp"


def upload_name(_instance: object, _name: str) -> str:
    """Where an uploaded archive waits for its import."""
    return f"uploads/{uuid.uuid4().hex}.zip"


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

    def without_colorization(self, algorithm: "Algorithm") -> Self:
        """Photos for which the algorithm has no row yet."""
        made = Colorization.objects.filter(algorithm=algorithm, photo=models.OuterRef("pk"))
        return self.filter(~models.Exists(made))

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


class AlgorithmQuerySet(models.QuerySet["Algorithm"]):
    """Reads of algorithms."""

    def catch(self) -> Self:
        """Obviously wrong ones, for catch trials."""
        return self.filter(kind=Algorithm.Kind.CATCH)

    def testable(self) -> Self:
        """Those whose fool rate a study can measure."""
        return self.exclude(kind=Algorithm.Kind.CATCH)

    def with_progress(self) -> Self:
        """Annotate `pending_count`, `ready_count` and `failed_count` of the colorizations."""
        counts = {
            f"{status.lower()}_count": Count("colorizations", filter=Q(colorizations__status=status))
            for status in Colorization.Status.values
        }
        return self.annotate(**counts).order_by("id")

    def with_pending(self) -> Self:
        """Those with work left."""
        pending = Colorization.objects.pending().filter(algorithm=models.OuterRef("pk"))
        return self.filter(models.Exists(pending))


class Algorithm(models.Model):
    """A way to make fakes: a trained checkpoint, a method without learning, or an obviously wrong one."""

    class Kind(models.TextChoices):
        MODEL = "MODEL", "trained generator"
        BASELINE = "BASELINE", "method without learning"
        CATCH = "CATCH", "obviously wrong, for catch trials"
        EXTERNAL = "EXTERNAL", "made elsewhere and uploaded"

    class Method(models.TextChoices):
        GREY = "grey", "no colour"
        RANDOM_COLOUR = "random-colour", "the colours of another photo"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    method = models.CharField(max_length=20, choices=Method, blank=True)
    checkpoint = models.CharField(max_length=500, blank=True, help_text="File name in the checkpoint folder.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the checkpoint file.")
    network = models.JSONField(default=dict, help_text="The network's options, from the checkpoint's JSON.")
    training = models.JSONField(default=dict, help_text="How the weights came to be, from the same.")
    created = models.DateTimeField(db_default=Now())

    objects = AlgorithmQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="algorithm_has_what_its_kind_needs",
                condition=(
                    Q(kind="MODEL", method="") & ~Q(checkpoint="") & ~Q(sha256="")
                    | Q(kind__in=["BASELINE", "CATCH"], checkpoint="", sha256="") & ~Q(method="")
                    | Q(kind="EXTERNAL", method="", checkpoint="")
                ),
            ),
        )
        triggers: ClassVar = [
            # Once it has made something, what it is cannot change under the colorizations.
            pgtrigger.Trigger(
                name="frozen_once_used",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("kind", "method", "checkpoint", "sha256", "network"),
                func=(
                    "IF EXISTS (SELECT 1 FROM stimuli_colorization WHERE algorithm_id = OLD.id) THEN "
                    "RAISE EXCEPTION 'algorithm % has colorizations: register a new one', OLD.slug "
                    "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ColorizationQuerySet(models.QuerySet["Colorization"]):
    """Reads of colorizations."""

    def pending(self) -> Self:
        """Still to be made."""
        return self.filter(status=Colorization.Status.PENDING)

    def ready(self) -> Self:
        """Made and stored."""
        return self.filter(status=Colorization.Status.READY)

    def failed(self) -> Self:
        """Given up on, with the reason in `error`."""
        return self.filter(status=Colorization.Status.FAILED)

    def unmeasured(self) -> Self:
        """Ready, from a time when their quality was not measured."""
        return self.ready().filter(psnr=None)

    def claim(self, algorithm: Algorithm, limit: int) -> list["Colorization"]:
        """Lock up to `limit` pending rows of an algorithm that no other worker holds, oldest first.

        The row lock is the lease: it lasts as long as the transaction, and ends with a killed worker.
        """
        rows = self.pending().filter(algorithm=algorithm).select_related("photo").order_by("id")
        return list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])


class Colorization(models.Model):
    """A fake: the result of one algorithm on one photo."""

    class Status(models.TextChoices):
        PENDING = "PENDING", "waiting"
        READY = "READY", "ready"
        FAILED = "FAILED", "failed"

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="colorizations")
    algorithm = models.ForeignKey(Algorithm, on_delete=models.PROTECT, related_name="colorizations")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    file = models.FileField(upload_to=random_name, blank=True)
    byte_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    milliseconds = models.FloatField(null=True, help_text="Its share of its batch: reading and colouring.")
    psnr = models.FloatField(null=True, help_text="Decibels, against the photo; once ready.")
    colourfulness = models.FloatField(null=True, help_text="Hasler and Suesstrunk's; grey is 0. Once ready.")
    created = models.DateTimeField(db_default=Now())

    objects = ColorizationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["photo", "algorithm"], name="one_colorization_per_photo"),
            models.CheckConstraint(
                name="colorization_status_tells_the_truth",
                condition=(
                    Q(status="PENDING", file="", error="")
                    | Q(status="READY", error="") & ~Q(file="")
                    | Q(status="FAILED", file="") & ~Q(error="")
                ),
            ),
        )
        indexes = (
            models.Index(fields=["algorithm", "id"], condition=Q(status="PENDING"), name="pending_by_algorithm"),
        )

    def __str__(self) -> str:
        return f"{self.algorithm_id} on {self.photo_id}"


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


def read_stimulus(file: FieldFile) -> bytes:
    """The bytes of a stored stimulus."""
    with file.open("rb") as stored:
        return bytes(stored.read())
