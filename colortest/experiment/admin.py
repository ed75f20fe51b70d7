"""Raw rows for admins."""

from django.contrib import admin

from colortest.admin import ReadOnlyAdmin
from colortest.experiment.models import Participant, Study


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    list_display = ("title", "team", "status", "preset", "created")


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    list_display = ("study", "number", "simulated", "started", "finished", "exclusion_reason")
    list_filter = ("study", "simulated")
