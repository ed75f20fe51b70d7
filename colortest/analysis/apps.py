from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "colortest.analysis"
    label = "analysis"
    verbose_name = "Analysis"
