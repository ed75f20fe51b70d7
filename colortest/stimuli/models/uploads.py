"""Files on their way into the site: in chunks, so that one that is interrupted goes on where it stopped."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from colortest.stimuli.models.files import chunk_name

CHUNK_BYTES = 8 * 2**20


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reads of uploads."""

    def silent_since(self, moment: datetime) -> Self:
        """Those of which nothing has arrived since."""
        recent = Chunk.objects.filter(upload=models.OuterRef("pk"), arrived__gte=moment)
        return self.filter(~models.Exists(recent), created__lt=moment)


class Upload(models.Model):
    """A zip that arrives in chunks of one length, of which the last may be shorter, in any order."""

    file_name = models.CharField(max_length=255)
    byte_count = models.PositiveBigIntegerField()
    chunk_bytes = models.PositiveIntegerField(default=CHUNK_BYTES)
    created = models.DateTimeField(db_default=Now())

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(byte_count__gt=0, chunk_bytes__gt=0), name="upload_holds_something"),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def chunk_count(self) -> int:
        """How many chunks it has once it is complete."""
        return -(-self.byte_count // self.chunk_bytes)

    @property
    def arrived_bytes(self) -> int:
        """How much of it is there, in whole chunks."""
        return sum(self.length_of(position) for position in self.chunks.values_list("position", flat=True))

    @property
    def last_arrival(self) -> datetime:
        """When a chunk of it arrived last, or it was begun."""
        last = self.chunks.order_by("-arrived").values_list("arrived", flat=True).first()
        return last or self.created

    @property
    def is_complete(self) -> bool:
        """Whether every chunk is there."""
        return self.chunks.count() == self.chunk_count

    def length_of(self, position: int) -> int:
        """Bytes of the chunk at a position, 0 ≤ position < chunk_count."""
        return min(self.chunk_bytes, self.byte_count - position * self.chunk_bytes)


class Chunk(models.Model):
    """A part of an upload; its bytes were stored before the row was written."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField(help_text="From 0.")
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=chunk_name)
    arrived = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["upload", "position"], name="one_chunk_per_position"),)

    def __str__(self) -> str:
        return f"{self.upload_id}: {self.position}"
