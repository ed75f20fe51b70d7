"""What admins fill in about algorithms."""

import zipfile

from django import forms
from django.core.files.uploadedfile import UploadedFile

from colortest.stimuli.models import TestSet


class ExternalForm(forms.Form):
    """An algorithm whose colorizations are made elsewhere."""

    name = forms.CharField(max_length=200, help_text="As tables and charts shall call it.")


class FakesForm(forms.Form):
    """A zip of fakes for one test set."""

    test_set = forms.ModelChoiceField(queryset=TestSet.objects.ready(), empty_label=None)
    file = forms.FileField(
        label="Zip of fakes",
        help_text=(
            "One file for each photo, of the photo’s name; folders and extensions may differ. "
            "As large as the photo that was uploaded, or 256 × 256 pixels."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if not zipfile.is_zipfile(file):
            raise forms.ValidationError(f"{file.name} is not a zip archive, or is damaged. Please make it again.")
        return file
