"""Writes of what lets others read: links for viewers, tokens for programs."""

import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from colortest.analysis.models import ApiToken, ViewerLink
from colortest.experiment.models import Study

USE_NOTED_EVERY = timedelta(minutes=1)  # nothing is written more often
PREFIX = "colortest_"  # by which scanners for leaked secrets know it


def make_link(*, study: Study, note: str, by: User) -> ViewerLink:
    """A new address for reading the results of a study."""
    return ViewerLink.objects.create(study=study, note=note, made_by=by)


def revoke_link(*, link: ViewerLink, by: User) -> None:
    """From now on it opens nothing. Who revoked it first is who revoked it."""
    ViewerLink.objects.good().filter(pk=link.pk).update(revoked=timezone.now(), revoked_by=by)


def make_token(*, account: User, name: str) -> str:
    """A new token of an account: it is returned once, and only its hash is stored."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(account=account, name=name, digest=ApiToken.digest_of(token))
    return token


def revoke_token(*, token: ApiToken) -> None:
    """From now on it opens nothing."""
    ApiToken.objects.good().filter(pk=token.pk).update(revoked=timezone.now())


def note_use(*, token: ApiToken) -> None:
    """That a program has used it."""
    now = timezone.now()
    lately = Q(last_used__gt=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(pk=token.pk).exclude(lately).update(last_used=now)
