"""What a participant answers to the plates of the colour-vision screening."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from colortest.experiment.colour_vision import COUNT, DIGITS, NOTHING

CHOICES = [*((digit, digit) for digit in DIGITS), (NOTHING, _("No digit"))]


class PlatesForm(forms.Form):
    """One digit, or none, for each plate in order; `look` tells plates from those shown after them."""

    look = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Mapping[str, str] | None = None, *, look: str = "") -> None:
        super().__init__(data, initial={"look": look})
        for number in range(1, COUNT + 1):
            self.fields[f"plate_{number}"] = forms.ChoiceField(
                choices=CHOICES,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose the digit that you see, or “No digit”.")},
            )

    def answers(self) -> list[str]:
        """In the order of the plates; of a valid form."""
        return [self.cleaned_data[plate.name] for plate in self.plates()]

    def plates(self) -> list[forms.BoundField]:
        """The fields of the plates."""
        return [field for field in self if field.name != "look"]
