"""Raw rows for admins, to look at; writes go through the pages and commands."""

from django.contrib import admin

from colortest.experiment.models import Participant, Study


@admin.register(Study)
class StudyAdmin(admin.ModelAdmin):
    list_display = ("title", "status", "preset", "created")


@admin.register(Participant)
class ParticipantAdmin(admin.ModelAdmin):
    list_display = ("study", "number", "simulated", "started", "finished", "exclusion_reason")
    list_filter = ("study", "simulated")
