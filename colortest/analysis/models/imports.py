"""Files of responses that were given elsewhere, on their way to be studies."""

import uuid
from typing import Self

from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from colortest.analysis.imports.files import AMT, TIDY
from colortest.experiment.models import Study
from colortest.experiment.presets import PRESETS
from colortest.stimuli.models import TestSet


def upload_name(_instance: object, _name: str) -> str:
    """Where an uploaded file waits until it is read."""
    return f"uploads/{uuid.uuid4().hex}.csv"


class ResponseImportQuerySet(models.QuerySet["ResponseImport"]):
    """Reads of imports."""

    def by(self, account: User) -> Self:
        """Those that an account asked for, the latest first."""
        return self.filter(account=account)

    def waiting(self) -> Self:
        """Uploaded and not yet read."""
        return self.filter(status=ResponseImport.Status.WAITING)


class ResponseImport(models.Model):
    """One file, what is to become of it, and what became of it. The file itself goes once it is read."""

    class Status(models.TextChoices):
        WAITING = "WAITING", "being read"
        IMPORTED = "IMPORTED", "imported"
        REFUSED = "REFUSED", "refused"

    class Format(models.TextChoices):
        TIDY = TIDY, "tidy table: one row a response, as this site exports it"
        AMT = AMT, "wide table of AMT_Real_vs_Fake: one row a participant"

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="response_imports")
    team = models.ForeignKey(Group, on_delete=models.CASCADE, help_text="Whose the study will be.")
    title = models.CharField(max_length=200)
    test_set = models.ForeignKey(TestSet, on_delete=models.CASCADE)
    form = models.CharField(max_length=4, choices=Format)
    preset = models.CharField(max_length=20, choices=[(name, name) for name in PRESETS])
    practice = models.PositiveIntegerField(default=10, help_text="AMT: trials that come first and never count.")
    names = models.JSONField(default=dict, blank=True, help_text="{algorithm in the file: slug here}")
    file_name = models.CharField(max_length=255)
    upload = models.FileField(upload_to=upload_name, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    problems = models.JSONField(default=list, blank=True, help_text="Sentences, at most the first ten.")
    problem_count = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0, help_text="Lines of test runs, which are not taken.")
    study = models.ForeignKey(Study, null=True, on_delete=models.CASCADE)
    asked = models.DateTimeField(db_default=Now())

    objects = ResponseImportQuerySet.as_manager()

    class Meta:
        ordering = ("-asked", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(status="WAITING", study__isnull=True, problems=[]) & ~Q(upload="")
                | Q(status="IMPORTED", study__isnull=False, problems=[], upload="")
                | Q(status="REFUSED", study__isnull=True, upload="") & ~Q(problems=[]),
                name="response_import_tells_the_truth",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("response_import", args=[self.pk])
