"""What admins fill in."""

import zipfile
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from colortest.stimuli import services
from colortest.stimuli.archive import DEFAULT_LIMITS
from colortest.stimuli.models import Algorithm, FakesUpload, TestSet
from colortest.stimuli.services.test_sets import LONGEST_SPLIT

LONGEST_MANIFEST = DEFAULT_LIMITS.max_file_bytes  # it is read into memory at once


class SentForm(forms.Form):
    """What comes with a zip in the form, or with the name and size of what a script will send in chunks."""

    upload = forms.FileField(required=False)
    file_name = forms.CharField(max_length=1000, required=False)
    byte_count = forms.IntegerField(min_value=0, required=False)

    def clean_upload(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload is None:
            return None
        if (upload.size or 0) > settings.UPLOAD_MAX_MB * 2**20:
            raise forms.ValidationError(f"{upload.name} is larger than {settings.UPLOAD_MAX_MB:,} MB.")
        if not zipfile.is_zipfile(upload):
            raise forms.ValidationError(f"{upload.name} is not a zip archive, or is damaged. Please make it again.")
        upload.seek(0)
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data["upload"] and not (data["file_name"] and data["byte_count"] is not None):
            self.add_error("upload", "Choose a zip or a folder.")
        return data

    def what_is_sent(self) -> dict[str, Any]:
        """`upload`, where it is all here, or `file_name` and `byte_count`."""
        data = self.cleaned_data
        wanted = ("upload",) if data["upload"] else ("file_name", "byte_count")
        return {name: data[name] for name in wanted}

    def sentence(self) -> str:
        """All that is wrong with it."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class TestSetForm(SentForm):
    """A new test set."""

    name = forms.CharField(max_length=200)
    split = forms.CharField(
        max_length=LONGEST_SPLIT,
        required=False,
        label="One split for all photos",
        help_text="Empty: a manifest or the folders say it.",
    )
    manifest = forms.FileField(
        required=False,
        label="Manifest (CSV)",
        help_text="With the columns file and split; it may also lie among the photos, as manifest.csv.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
    licence = forms.CharField(max_length=200, required=False)
    source = forms.CharField(required=False, help_text="Where the photos come from.")

    def clean_manifest(self) -> bytes:
        manifest: UploadedFile | None = self.cleaned_data["manifest"]
        if manifest is None:
            return b""
        if (manifest.size or 0) > LONGEST_MANIFEST:
            raise forms.ValidationError(f"{manifest.name} is larger than {LONGEST_MANIFEST // 2**20} MB.")
        content: bytes = manifest.read()
        return content

    def begin(self) -> TestSet:
        """A test set from what is filled in; raises Refused."""
        sent = self.what_is_sent()
        facts = {name: self.cleaned_data[name] for name in ("name", "split", "manifest", "licence", "source")}
        begin = services.upload_test_set if "upload" in sent else services.begin_test_set
        return begin(**sent, **facts)


class FakesForm(SentForm):
    """Fakes of one test set."""

    test_set = forms.ModelChoiceField(queryset=TestSet.objects.ready(), empty_label=None)

    def begin(self, algorithm: Algorithm) -> FakesUpload:
        """An upload of them; raises Refused."""
        sent, test_set = self.what_is_sent(), self.cleaned_data["test_set"]
        begin = services.upload_fakes if "upload" in sent else services.begin_fakes
        return begin(algorithm=algorithm, test_set=test_set, **sent)
