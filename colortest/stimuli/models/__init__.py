"""What is shown: test sets of photos, algorithms, and the colorizations they make."""

from colortest.stimuli.models.colorizations import Algorithm, AlgorithmQuerySet, Colorization, ColorizationQuerySet
from colortest.stimuli.models.files import random_name, read_stimulus, upload_name
from colortest.stimuli.models.machine import MachineFoolRate, MachineFoolRateQuerySet
from colortest.stimuli.models.test_sets import Photo, PhotoQuerySet, TestSet, TestSetQuerySet

__all__ = [
    "Algorithm",
    "AlgorithmQuerySet",
    "Colorization",
    "ColorizationQuerySet",
    "MachineFoolRate",
    "MachineFoolRateQuerySet",
    "Photo",
    "PhotoQuerySet",
    "TestSet",
    "TestSetQuerySet",
    "random_name",
    "read_stimulus",
    "upload_name",
]
