"""How people come to a study and where they go afterwards; who they are elsewhere stays apart from their responses."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from colortest.experiment.models.run import Participant
from colortest.experiment.models.study import Study


class Completion(models.Model):
    """What a participant is told, and where they are sent, when a run of a study ends in one of these ways."""

    class Ending(models.TextChoices):
        COMPLETED = "COMPLETED", "gave every response"
        FAILED_ATTENTION = "FAILED_ATTENTION", "is excluded by the rules on attention"
        SCREENED_OUT = "SCREENED_OUT", "does not meet what the study asks"
        OVER_QUOTA = "OVER_QUOTA", "came when the study was full"
        WITHDRAWN = "WITHDRAWN", "withdrew"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="completions")
    ending = models.CharField(max_length=16, choices=Ending)
    code = models.CharField(max_length=64, blank=True, help_text="The recruiter's code for this ending.")
    url = models.URLField("link", max_length=500, blank=True, help_text="Of the recruiter; {code} stands for the code.")
    text = models.CharField(max_length=500, blank=True, help_text="Shown on the last page.")

    class Meta:
        ordering = ("study", "ending")
        constraints = (
            models.UniqueConstraint(fields=["study", "ending"], name="completion_once_per_ending"),
            models.CheckConstraint(
                condition=Q(ending__in=["COMPLETED", "FAILED_ATTENTION", "SCREENED_OUT", "OVER_QUOTA", "WITHDRAWN"]),
                name="completion_ending",
            ),
        )

    def __str__(self) -> str:
        return f"{self.study}: {self.ending}"


class OutsideId(models.Model):
    """That a person of a recruiter takes part, once: a keyed hash of the outside id, never the id itself."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="outside_ids")
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="outside_id")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["study", "digest"], name="outside_id_once_per_study"),)

    def __str__(self) -> str:
        return self.digest[:8]


class Withdrawal(models.Model):
    """That somebody withdrew: all that is left of a run."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="withdrawals")
    simulated = models.BooleanField(default=False)
    step = models.CharField(max_length=20, help_text="How far the run had come.")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"withdrawal from {self.study_id}"


class Lapse(models.Model):
    """Of people whose time was up before they had finished, all that is left: how many, and of which days."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="lapse")
    started = models.PositiveIntegerField(default=0, help_text="Those who had read the instructions.")
    screened_out = models.PositiveIntegerField(default=0)
    first = models.DateField(help_text="The first day on which one of them agreed to take part, UTC.")
    last = models.DateField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(first__lte=F("last")), name="lapse_from_first_to_last"),)

    def __str__(self) -> str:
        return f"lapse of {self.study_id}"


class StudyEvent(models.Model):
    """What was done with a study after it was designed, and by whom."""

    class What(models.TextChoices):
        OPENED = "OPENED", "opened"
        PAUSED = "PAUSED", "paused"
        RESUMED = "RESUMED", "opened again after a pause"
        CLOSED = "CLOSED", "closed"
        ERASED = "ERASED", "erased a run, as its participant asked"
        IMPORTED = "IMPORTED", "made from responses that were given elsewhere"
        EXPIRED = "EXPIRED", "began to erase what was kept as long as the design says"
        HANDED = "HANDED", "given to another team"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=10, choices=What)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField(db_default=Now())
    # As the teams were called then: one may be renamed or deleted afterwards.
    from_team = models.CharField(max_length=150, blank=True)
    to_team = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(what="HANDED") & ~Q(from_team="") & ~Q(to_team="")
                | ~Q(what="HANDED") & Q(from_team="", to_team=""),
                name="handed_from_team_to_team",
            ),
        )

    def __str__(self) -> str:
        return f"{self.study_id} {self.what}"

    @property
    def told(self) -> str:
        """What was done, as the log of the study says it."""
        if self.what == self.What.HANDED:
            return f"handed over from the team “{self.from_team}” to the team “{self.to_team}”"
        return self.get_what_display()
