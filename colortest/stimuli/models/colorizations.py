"""Algorithms, and colorizations: the fakes that they are asked for and make."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.stimuli.made_elsewhere import CHANGED
from colortest.stimuli.models.files import random_name
from colortest.stimuli.models.test_sets import Photo

TRIES = 3
# So long after it was begun a pending row that nobody holds was left behind: between counting a try and locking the row
# for it lie milliseconds. It also spreads the deaths of workers over time.
WAIT = timedelta(seconds=1)


class AlgorithmQuerySet(models.QuerySet["Algorithm"]):
    """Reads of algorithms."""

    def catch(self) -> Self:
        """Obviously wrong ones, for catch trials."""
        return self.filter(kind=Algorithm.Kind.CATCH)

    def testable(self) -> Self:
        """Those whose fool rate a study can measure."""
        return self.exclude(kind=Algorithm.Kind.CATCH)

    def active(self) -> Self:
        """Neither retired nor without usable weights: new test sets are coloured by them, new studies may use them."""
        return self.filter(retired=None, problem="")

    def unchecked(self) -> Self:
        """Those of whose checkpoint no worker has said yet whether it is what its JSON describes."""
        return self.filter(kind=Algorithm.Kind.MODEL, checked=None)

    def made_here(self) -> Self:
        """Those that workers can ask for a colorization."""
        return self.exclude(kind=Algorithm.Kind.EXTERNAL)

    def with_progress(self) -> Self:
        """Annotate `pending_count`, `ready_count` and `failed_count` of the colorizations."""
        counts = {
            f"{status.lower()}_count": Count("colorizations", filter=Q(colorizations__status=status))
            for status in Colorization.Status.values
        }
        return self.annotate(**counts).order_by("id")

    def with_fresh(self) -> list[int]:
        """Ids of those with colorizations that nobody began: one look into an index for each algorithm."""
        fresh = Colorization.objects.fresh().filter(algorithm=models.OuterRef("pk")).order_by("id")
        found = self.annotate(fresh=models.Subquery(fresh.values("id")[:1])).values_list("pk", "fresh")
        return [pk for pk, first in found if first is not None]


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
    checked = models.DateTimeField(null=True, help_text="When a worker last compared the weights with the network.")
    problem = models.TextField(blank=True, db_default="", default="", help_text="Why its weights cannot be used.")
    retired = models.DateTimeField(null=True, help_text="Since when nothing new is asked of it.")
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

    def get_absolute_url(self) -> str:
        return reverse("algorithm", args=[self.slug])


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

    def by_reason(self) -> list[tuple[str, int]]:
        """Why they failed and how many for each reason, the most frequent first."""
        counted = self.order_by().values_list("error").annotate(count=Count("pk"))
        return list(counted.order_by("-count", "error"))

    def relit(self) -> Self:
        """Those whose lightness was visibly another than their photo's when they came from elsewhere."""
        return self.ready().filter(lightness_change__gt=CHANGED)

    def unmeasured(self) -> Self:
        """Ready, from a time when their quality was not measured; in the order of the index that has only them."""
        return self.ready().filter(psnr=None).order_by("id")

    def fresh(self) -> Self:
        """Still to be made, and never begun or always given back."""
        return self.pending().filter(tries=0)

    def asked_for(self) -> Self:
        """Fresh ones that somebody waits for, who waits longest first."""
        return self.fresh().filter(asked__isnull=False).order_by("asked")

    def any_pending(self) -> bool:
        """Whether something is to be made. In the index's order, or PostgreSQL may look for one in the whole table."""
        return bool(self.pending().order_by("tries", "algorithm", "id").values_list("pk")[:1])

    def suspect(self) -> Self:
        """Pending though a worker began on them, some time ago; fewest tries first."""
        return self.pending().filter(tries__gt=0, tried__lt=Now() - WAIT).order_by("tries", "algorithm", "id")

    def unheld(self) -> Self:
        """Locked until the end of the transaction, without those that another worker holds.

        The row lock is the lease: it ends with a killed worker.
        """
        return self.select_for_update(skip_locked=True, of=("self",))

    def to_make(self, ids: Sequence[int]) -> Self:
        """Those of a claim that are still to be made and that nobody else holds, locked, with photo and algorithm."""
        return self.pending().filter(pk__in=ids).select_related("photo", "algorithm").order_by("id").unheld()


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
    file_sha256 = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="Of the bytes of the file, since we keep it."
    )
    byte_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    milliseconds = models.FloatField(null=True, help_text="Its share of its batch: reading and colouring.")
    psnr = models.FloatField(null=True, help_text="Decibels, against the photo; once ready.")
    colourfulness = models.FloatField(null=True, help_text="Hasler and Suesstrunk's; grey is 0. Once ready.")
    lightness_change = models.FloatField(
        null=True, help_text="Mean of |ΔL*| against the photo as it came, where it was made elsewhere."
    )
    created = models.DateTimeField(db_default=Now())
    asked = models.DateTimeField(null=True, help_text="Since when somebody waits for this very one.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Begun and not ended: the worker died or hung.")
    tried = models.DateTimeField(null=True, help_text="When it was last begun.")

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
            models.CheckConstraint(
                condition=Q(tries=0) | Q(tries__gte=1, tries__lte=TRIES, tried__isnull=False),
                name="colorization_tried_so_often_at_most",
            ),
            models.CheckConstraint(condition=Q(file_sha256="") | ~Q(file=""), name="colorization_hash_of_a_file"),
        )
        indexes = (
            models.Index(fields=["tries", "algorithm", "id"], condition=Q(status="PENDING"), name="pending_in_order"),
            models.Index(
                fields=["asked"],
                condition=Q(status="PENDING", tries=0, asked__isnull=False),
                name="pending_and_asked_for",
            ),
            # Those given up on are few among many: whoever asks for them must not read past those that are ready.
            models.Index(fields=["algorithm", "id"], condition=Q(status="FAILED"), name="failed_by_algorithm"),
            # None, as a rule: the clock looks for them again and again.
            models.Index(fields=["id"], condition=Q(status="READY", psnr=None), name="ready_and_unmeasured"),
            HashIndex(fields=["file"], condition=~Q(file=""), name="colorization_by_file"),
        )

    def __str__(self) -> str:
        return f"{self.algorithm_id} on {self.photo_id}"
