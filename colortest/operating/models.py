"""Workers, as they told of themselves."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

# Who was not heard of for so long is not there: three times as long as a worker takes to tell again.
ALIVE = timedelta(seconds=30)
KEPT = timedelta(days=1)


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Reads of workers. The clock is the database's: those of several machines disagree."""

    def alive(self) -> Self:
        """Heard of lately, and not stopped."""
        return self.filter(last_seen__gt=Now() - ALIVE, stopped=None)

    def forgotten(self) -> Self:
        """Not heard of for so long that nobody asks any more."""
        return self.filter(last_seen__lt=Now() - KEPT)

    def with_silence(self) -> Self:
        """Annotate `silence`, how long ago each was heard of; the last heard of first."""
        silence = models.ExpressionWrapper(Now() - models.F("last_seen"), output_field=models.DurationField())
        return self.annotate(silence=silence).order_by("silence", "name", "process")


class Worker(models.Model):
    """One process that does tasks; it writes its row itself, every few seconds."""

    key = models.UUIDField(primary_key=True, editable=False, help_text="Made up by the process when it starts.")
    name = models.CharField(max_length=255, help_text="Of its Celery worker, which may have several processes.")
    host = models.CharField(max_length=255)
    process = models.PositiveIntegerField(help_text="Its number on the host.")
    device = models.CharField(max_length=200, help_text="What colorizes there: a GPU’s name, or CPU and threads.")
    started = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField()
    last_made = models.DateTimeField(null=True, help_text="When it was first heard of having made more photos.")
    stopped = models.DateTimeField(null=True, help_text="When it ended in order; one that died tells nothing.")
    batches = models.PositiveBigIntegerField(default=0)
    photos = models.PositiveBigIntegerField(default=0, help_text="Colorizations made since it started.")
    photos_per_minute = models.FloatField(default=0, help_text="Over the last two minutes.")

    objects = WorkerQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(photos_per_minute__gte=0), name="worker_makes_no_less_than_nothing"),
        )
        indexes = (models.Index(fields=["last_seen"], name="worker_last_seen"),)

    def __str__(self) -> str:
        return f"{self.name}, process {self.process}"

    @property
    def is_alive(self) -> bool:
        """Of rows `with_silence`: heard of lately, and not stopped."""
        silence: timedelta = self.silence  # type: ignore[attr-defined]
        return self.stopped is None and silence < ALIVE
