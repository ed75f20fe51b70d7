"""What admins fill in about algorithms."""

from typing import Any

from django import forms

from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, TestSet


class ExternalForm(forms.Form):
    """An algorithm whose colorizations are made elsewhere."""

    name = forms.CharField(max_length=200, help_text="As tables and charts shall call it.")


class TestSetChoice(forms.Form):
    """A test set that an algorithm is to colour."""

    test_set = forms.ModelChoiceField(queryset=TestSet.objects.ready(), empty_label=None)


class CheckpointForm(forms.Form):
    """A trained generator: a file of the checkpoint folder, or both of its files."""

    name = forms.CharField(max_length=200, help_text="As tables and charts shall call it.")
    file_name = forms.ChoiceField(label="In the checkpoint folder", required=False)
    weights = forms.FileField(label="Or its weights (.safetensors)", required=False)
    description = forms.FileField(label="and the JSON beside them", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "none: upload it"), *((name, name) for name in services.checkpoints_to_register())]
        self.fields["file_name"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        both = data.get("weights") and data.get("description")
        if not self.errors and not both and not data.get("file_name"):
            self.add_error(None, "Choose a file of the checkpoint folder, or upload both files of a checkpoint.")
        return data

    def register(self) -> Algorithm:
        """Raises Refused."""
        data = self.cleaned_data
        if data["weights"] and data["description"]:
            return services.upload_checkpoint(
                name=data["name"], weights=data["weights"], description=data["description"]
            )
        return services.register_checked(name=data["name"], file_name=data["file_name"])
