"""What a participant answers to the plates of the colour-vision screening."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from colortest.experiment.colour_vision import COUNT, DIGITS, NOTHING

CHOICES = [*((digit, digit) for digit in DIGITS), (NOTHING, _("No digit"))]


class PlatesForm(forms.Form):
    """One digit, or none, for each plate in order."""

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        for number in range(1, COUNT + 1):
            self.fields[f"plate_{number}"] = forms.ChoiceField(
                choices=CHOICES,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose the digit that you see, or “No digit”.")},
            )

    def answers(self) -> list[str]:
        """In the order of the plates; of a valid form."""
        return [self.cleaned_data[name] for name in self.fields]
