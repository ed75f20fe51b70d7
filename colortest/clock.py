"""The Celery app of beat: it sends tasks by name, without their modules, which bring torch and take seconds to load."""

from colortest.celery import app

__all__ = ["app"]

app.conf.imports = ["colortest.logs.tasks"]  # which keeps Celery from logging in its own way
