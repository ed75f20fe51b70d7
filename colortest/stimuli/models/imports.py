"""What every import of an upload keeps of its way, whatever becomes of the files."""

from django.db import models


class Import(models.Model):
    """Files of an upload that are dealt with in batches: how many there are, and what stands in the way."""

    entry_count = models.PositiveIntegerField(null=True, help_text="Files in the upload, once it was looked into.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Begun and not finished, at the files that are next.")
    careful_until = models.PositiveIntegerField(
        default=0, help_text="Files before it go one by one: one of them may have ended a worker."
    )
    trouble = models.TextField(blank=True, help_text="Why its import stands still, where it does.")

    class Meta:
        abstract = True
