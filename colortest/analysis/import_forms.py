"""What researchers fill in about responses that were given elsewhere."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from colortest.analysis.models import ResponseImport
from colortest.experiment.origins import ORIGINS
from colortest.stimuli.models import Algorithm, TestSet

LARGEST_MB = 50  # some 150,000 responses, which take a worker minutes
Format = ResponseImport.Format
USUAL = {Format.TIDY: "thesis-2020", Format.AMT: "amt-code"}  # presets


class ImportForm(forms.Form):
    """A file of responses, and what is to be known of it."""

    upload = forms.FileField(
        label="File (CSV)",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"empty": "This file is empty: there is no response in it."},
    )
    form = forms.ChoiceField(
        label="What it is", choices=Format.choices, widget=forms.RadioSelect, initial=Format.TIDY.value
    )
    title = forms.CharField(max_length=200, label="Title of the new study")
    test_set = forms.ModelChoiceField(
        queryset=TestSet.objects.ready(),
        empty_label=None,
        help_text="It holds the photos that were shown: a tidy table names them by pixels, a wide one by file names.",
    )
    names = forms.CharField(
        required=False,
        label="Algorithms that have other names here",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One a line, the name in the file first: my_alg = colortest-best",
    )
    practice = forms.IntegerField(
        min_value=0,
        max_value=500,
        initial=10,
        label="Practice trials",
        help_text="Of a wide table, which does not tell them: so many come first and never count.",
    )
    preset = forms.ChoiceField(
        required=False,
        label="Protocol",
        choices=[("", "as usual for such a file"), *((name, origin.title) for name, origin in ORIGINS.items())],
        help_text="For what the file does not say of it.",
    )
    team = forms.ModelChoiceField(
        queryset=Group.objects.none(), empty_label=None, help_text="Its researchers see the study, others do not."
    )

    def __init__(self, *args: Any, teams: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if teams.count() < 2:
            del self.fields["team"]
            return
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 (for the type checker)
        team.queryset = teams

    def clean_upload(self) -> "UploadedFile[Any]":
        upload: UploadedFile[Any] = self.cleaned_data["upload"]
        if (upload.size or 0) > LARGEST_MB * 10**6:
            raise forms.ValidationError(
                f"{upload.name} is larger than {LARGEST_MB} MB: whoever runs the site imports it by the command "
                "“manage.py import_responses”, which takes any size."
            )
        return upload

    def clean_names(self) -> dict[str, str]:
        pairs = [line.partition("=")[::2] for line in self.cleaned_data["names"].splitlines() if line.strip()]
        names = {name.strip(): slug.strip() for name, slug in pairs}
        if "" in names or "" in names.values() or len(names) < len(pairs):
            raise forms.ValidationError("Write one a line, such as my_alg = colortest-best, and each name once.")
        unknown = sorted(set(names.values()) - set(Algorithm.objects.values_list("slug", flat=True)))
        if unknown:
            raise forms.ValidationError(f"There is no algorithm “{unknown[0]}” here.")
        return names

    def values(self) -> dict[str, Any]:
        """The arguments of `upload_responses`, without the team where nobody was asked for it."""
        preset = self.cleaned_data["preset"] or USUAL[Format(self.cleaned_data["form"])]
        return {**self.cleaned_data, "preset": preset}


def asked_before(asked: ResponseImport) -> dict[str, Any]:
    """What was filled in last time, to be tried again; the browser keeps no file."""
    names = "\n".join(f"{name} = {slug}" for name, slug in asked.names.items())
    kept = {name: getattr(asked, name) for name in ("form", "title", "test_set", "practice", "preset", "team")}
    return {**kept, "names": names}
