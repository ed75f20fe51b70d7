"""Stored files that no row of theirs names any more, until they are deleted."""

from django.db import models


class ForgottenFile(models.Model):
    """The name of a file that nothing needs. Its row goes after it: whatever stops a deletion, the rest follows."""

    name = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.name
