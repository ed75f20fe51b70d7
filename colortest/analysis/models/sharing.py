"""Who reads results without being of the study's team: viewers by a link, programs of a researcher by a token."""

from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.experiment.models import Study, secret


class ViewerLinkQuerySet(models.QuerySet["ViewerLink"]):
    """Reads of links."""

    def good(self) -> Self:
        """Those that nobody has revoked."""
        return self.filter(revoked=None)


class ViewerLink(models.Model):
    """An address under which the results of a study may be read by whoever has it, until somebody revokes it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="viewer_links")
    key = models.CharField(max_length=22, unique=True, default=secret)
    note = models.CharField("for whom", max_length=100)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made = models.DateTimeField(db_default=Now())
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked = models.DateTimeField(null=True)

    objects = ViewerLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-made", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(revoked_by=None) | Q(revoked__isnull=False), name="viewer_link_revoked_by_somebody_somewhen"
            ),
        )

    def __str__(self) -> str:
        return f"{self.study} for {self.note}"

    def get_absolute_url(self) -> str:
        return reverse("shared", args=[self.key])


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Reads of tokens."""

    def good(self) -> Self:
        """Those that nobody has revoked."""
        return self.filter(revoked=None)

    def with_token(self, token: str) -> Self:
        """The one of which this is the token, if there is any."""
        return self.filter(digest=ApiToken.digest_of(token))


class ApiToken(models.Model):
    """That programs may read what a researcher may; the token itself is shown once and never stored."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField("what for", max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(db_default=Now())
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-made", "-id")

    def __str__(self) -> str:
        return f"{self.name} of {self.account}"

    @staticmethod
    def digest_of(token: str) -> str:
        """SHA-256, without salt or stretching: a token is random, so that there is nothing to guess."""
        return sha256(token.encode()).hexdigest()
