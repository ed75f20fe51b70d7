"""What is shown: test sets of photos, algorithms, and the colorizations they make."""

from colortest.stimuli.models.colorizations import Algorithm, AlgorithmQuerySet, Colorization, ColorizationQuerySet
from colortest.stimuli.models.fakes import FakeFile, FakeFileQuerySet, FakesUpload, FakesUploadQuerySet
from colortest.stimuli.models.files import random_name, read_stimulus, sha256_of, upload_name
from colortest.stimuli.models.forgotten import ForgottenFile
from colortest.stimuli.models.imported_files import ImportedFile, ImportedFileQuerySet
from colortest.stimuli.models.imports import Import
from colortest.stimuli.models.machine import MachineFoolRate, MachineFoolRateQuerySet
from colortest.stimuli.models.test_sets import Photo, PhotoQuerySet, TestSet, TestSetQuerySet
from colortest.stimuli.models.uploads import CHUNK_BYTES, Chunk, Upload, UploadQuerySet

__all__ = [
    "CHUNK_BYTES",
    "Algorithm",
    "AlgorithmQuerySet",
    "Chunk",
    "Colorization",
    "ColorizationQuerySet",
    "FakeFile",
    "FakeFileQuerySet",
    "FakesUpload",
    "FakesUploadQuerySet",
    "ForgottenFile",
    "Import",
    "ImportedFile",
    "ImportedFileQuerySet",
    "MachineFoolRate",
    "MachineFoolRateQuerySet",
    "Photo",
    "PhotoQuerySet",
    "TestSet",
    "TestSetQuerySet",
    "Upload",
    "UploadQuerySet",
    "random_name",
    "read_stimulus",
    "sha256_of",
    "upload_name",
]
