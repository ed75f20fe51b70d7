from django.apps import AppConfig

from colortest import checks

__all__ = ["ColortestConfig", "checks"]  # importing the checks registers them


class ColortestConfig(AppConfig):
    name = "colortest"
    verbose_name = "colortest"
