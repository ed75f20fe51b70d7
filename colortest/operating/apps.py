from django.apps import AppConfig


class OperatingConfig(AppConfig):
    name = "colortest.operating"
    label = "operating"
    verbose_name = "Operating"
