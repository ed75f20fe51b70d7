"""What admins fill in."""

import zipfile

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile


class TestSetForm(forms.Form):
    """A new test set from a zip."""

    name = forms.CharField(max_length=200)
    upload = forms.FileField(
        label="Photos (zip)",
        help_text=(
            "Folders inside the zip are the splits: train/…, test/… Photos outside a folder belong to “test”. "
            "Each photo may have up to 50 megapixels."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )
    licence = forms.CharField(max_length=200, required=False)
    source = forms.CharField(required=False, help_text="Where the photos come from.")

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        if (upload.size or 0) > settings.UPLOAD_MAX_MB * 2**20:
            raise forms.ValidationError(f"{upload.name} is larger than {settings.UPLOAD_MAX_MB} MB.")
        if not zipfile.is_zipfile(upload):
            raise forms.ValidationError(f"{upload.name} is not a zip archive, or is damaged. Please make it again.")
        upload.seek(0)
        return upload
