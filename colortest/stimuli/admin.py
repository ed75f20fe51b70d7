"""Raw rows for admins, to look at; writes go through the pages and commands."""

from django.contrib import admin

from colortest.stimuli.models import Algorithm, TestSet


@admin.register(TestSet)
class TestSetAdmin(admin.ModelAdmin):
    list_display = ("name", "status", "licence", "created")


@admin.register(Algorithm)
class AlgorithmAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "method", "checkpoint", "created")
