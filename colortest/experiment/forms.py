"""What researchers and participants fill in."""

from typing import Any

from django import forms

from colortest.experiment.models import CODE
from colortest.experiment.presets import PRESETS
from colortest.stimuli.models import Algorithm, TestSet


class ConsentForm(forms.Form):
    """Agreeing is an act: the box starts empty and must be ticked."""

    # Made up by the page for the run to come, so that a form that is sent twice makes one run.
    code = forms.RegexField(rf"^{CODE}$", widget=forms.HiddenInput, required=False)
    agree = forms.BooleanField(
        label="I have read this and agree to take part.",
        error_messages={"required": "Please tick the box if you agree; otherwise just close the page."},
    )


class SplitChoice(forms.ModelChoiceField):
    """A test set with the splits it has."""

    def label_from_instance(self, obj: TestSet) -> str:
        splits = obj.photos.split_counts()
        return f"{obj.name} ({', '.join(f'{split}: {count}' for split, count in splits.items())})"


class StudyForm(forms.Form):
    """A new study from a preset: what is tested on which photos."""

    title = forms.CharField(max_length=200)
    test_set = SplitChoice(queryset=TestSet.objects.ready(), empty_label=None)
    splits = forms.CharField(initial="test", help_text="One or several of the test set's splits, separated by commas.")
    algorithms = forms.ModelMultipleChoiceField(
        queryset=Algorithm.objects.testable(), widget=forms.CheckboxSelectMultiple
    )
    preset = forms.ChoiceField(choices=[(name, name) for name in PRESETS])

    def clean_splits(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["splits"].split(",") if name.strip()]

    def values(self) -> dict[str, Any]:
        """The arguments of `create_study`."""
        return {**self.cleaned_data, "algorithms": list(self.cleaned_data["algorithms"])}
