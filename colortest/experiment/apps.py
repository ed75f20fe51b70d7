from django.apps import AppConfig


class ExperimentConfig(AppConfig):
    name = "colortest.experiment"
    label = "experiment"
    verbose_name = "Experiment"
