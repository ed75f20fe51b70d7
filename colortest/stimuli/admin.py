"""Raw rows for admins."""

from django.contrib import admin

from colortest.admin import ReadOnlyAdmin
from colortest.stimuli.models import Algorithm, TestSet


@admin.register(TestSet)
class TestSetAdmin(ReadOnlyAdmin):
    list_display = ("name", "status", "licence", "created")


@admin.register(Algorithm)
class AlgorithmAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "method", "checkpoint", "created")
