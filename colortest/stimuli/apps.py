from django.apps import AppConfig


class StimuliConfig(AppConfig):
    name = "colortest.stimuli"
    label = "stimuli"
    verbose_name = "Stimuli"
