"""The form of a draft: every number of its protocol, who takes part, and what they agree to."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import get_language_info

from colortest.experiment.consent import CONSENT_TEXTS
from colortest.experiment.design_rules import mistakes
from colortest.experiment.models import Assignment, Order, Presentation, Question, Study
from colortest.experiment.models.protocol import LONGEST_MS
from colortest.experiment.origins import ORIGINS
from colortest.experiment.presets import PRESETS, PROTOCOL, Protocol
from colortest.stimuli.models import Algorithm

PRESET_CHOICES = [(name, f"{name}: {origin.title}") for name, origin in ORIGINS.items()]
LONGEST_RETENTION = 36_500  # days: a century
LARGEST_WINDOW = 10_000  # pixels
MOST_EXPOSURES = 20

SECTIONS = {
    "The study": ("title", "preset", "splits", "algorithms", "assignment"),
    "What is shown": ("presentation", "question", "order"),
    "How long": (
        "exposures_ms",
        "first_blank_ms",
        "blank_ms",
        "gap_ms",
        "delay_ms",
        "masks",
        "mask_ms",
        "staircase_up_ms",
        "staircase_down_ms",
        "shortest_ms",
        "longest_ms",
    ),
    "Trials": ("practice_trials", "feedback", "qualification", "test_trials", "blocks", "reserve_share"),
    "Attention and exclusion": (
        "catch_share",
        "min_catch_accuracy",
        "max_fast_share",
        "max_same_side_share",
        "max_flagged_share",
    ),
    "Who takes part": ("quota", "languages", "colour_vision", "least_width", "least_height", "retention_days"),
    "Results": ("interim", "equivalence_margin"),
    "Consent": ("consent_version", *(f"consent_{code}" for code, _name in settings.LANGUAGES)),
}

HELP = {
    "gap_ms": "Only where one image follows the other.",
    "staircase_up_ms": "0 where exposures do not adapt.",
    "shortest_ms": "Only for a staircase.",
    "longest_ms": "Only for a staircase.",
    "blocks": "The test trials are dealt to; a break comes before each.",
    "min_catch_accuracy": "Who catches fewer is excluded. 0 excludes nobody.",
    "max_fast_share": "Whose share is larger is excluded. 100 excludes nobody.",
    "max_same_side_share": "Whose share is larger is excluded. 100 excludes nobody.",
    "max_flagged_share": "Whose share is larger is excluded. 100 excludes nobody.",
    "equivalence_margin": "Percentage points. What is shown to differ by less counts as no different.",
    "consent_version": "A text that changes needs a new one, such as a date.",
}


class PercentField(forms.FloatField):
    """A share from 0 to 1 that people read and write as a percentage."""

    widget = forms.NumberInput(attrs={"min": 0, "max": 100, "step": "any"})

    def prepare_value(self, value: Any) -> Any:
        return f"{100 * value:.6g}" if isinstance(value, float | int) else value

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        percent = super().to_python(value)
        if percent is None:
            return None
        if not 0 <= percent <= 100:  # neither is NaN
            raise ValidationError("A share is from 0 to 100 %.")
        return round(percent / 100, 8)


class ExposuresField(forms.CharField):
    """Whole milliseconds with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else ", ".join(str(one) for one in value)

    def to_python(self, value: Any) -> Any:
        words = [word.strip() for word in (super().to_python(value) or "").split(",")]
        if not any(words):
            return []
        if len(words) > MOST_EXPOSURES or not all(word.isascii() and word.isdigit() for word in words):
            raise ValidationError("Exposures are whole milliseconds with commas between, such as 300, 1000.")
        # Digits beyond counting are cut before they are read.
        exposures = [int(word[:9]) for word in words]
        if max(exposures) > LONGEST_MS:
            raise ValidationError(f"An exposure takes {LONGEST_MS:,} ms at most.")
        return exposures


class DesignForm(forms.ModelForm):
    """A draft as it is to be. `values()` are the arguments of `change_design`."""

    preset = forms.ChoiceField(choices=PRESET_CHOICES, label="Protocol", help_text="Another one fills in its numbers.")
    splits = forms.MultipleChoiceField(
        label="Splits", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one split."}
    )
    algorithms = forms.ModelMultipleChoiceField(
        queryset=Algorithm.objects.testable(),
        widget=forms.CheckboxSelectMultiple,
        label="Algorithms under test",
        error_messages={"required": "Choose at least one algorithm."},
    )
    languages = forms.MultipleChoiceField(
        choices=settings.LANGUAGES,
        label="Languages",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one language."},
    )
    presentation = forms.ChoiceField(choices=Presentation, widget=forms.RadioSelect, label="Presentation")
    question = forms.ChoiceField(choices=Question, widget=forms.RadioSelect, label="Question")
    order = forms.ChoiceField(
        choices=Order,
        widget=forms.RadioSelect,
        label="Which comes first",
        help_text="Only where one image follows the other.",
    )
    assignment = forms.ChoiceField(choices=Assignment, widget=forms.RadioSelect, label="Who sees which")
    exposures_ms = ExposuresField(
        label="Exposures",
        help_text="Several, with commas between, make a factor. 0: until the choice.",
        error_messages={"required": "At least one exposure is needed."},
    )
    interim = forms.ChoiceField(choices=Study.Interim, widget=forms.RadioSelect, label="Shown while the study is open")
    least_width = forms.IntegerField(min_value=0, max_value=LARGEST_WINDOW, label="Least width of the window, pixels")
    least_height = forms.IntegerField(min_value=0, max_value=LARGEST_WINDOW, label="Least height of the window, pixels")

    class Meta:
        model = Study
        fields = (
            *("title", "preset", "splits", *PROTOCOL),
            *("languages", "colour_vision", "least_width", "least_height", "retention_days", "consent_version"),
            *("interim", "equivalence_margin"),
        )
        field_classes = {name: PercentField for name in PROTOCOL if isinstance(getattr(Protocol, name), float)}
        help_texts = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        study: Study = self.instance
        self.stored_version = study.consent_version
        self.stored_texts = dict(study.consent_texts.values_list("language", "text"))
        counts = study.test_set.photos.split_counts()
        self._choices("splits", [(split, f"{split} ({photos} photos)") for split, photos in counts.items()])
        offered = (Algorithm.objects.testable().active() | study.under_test()).distinct()
        self.fields["algorithms"].queryset = offered  # type: ignore[attr-defined]
        self.fields["algorithms"].initial = study.under_test()
        self.fields["retention_days"].validators.append(MaxValueValidator(LONGEST_RETENTION))
        for code, _name in settings.LANGUAGES:
            self.fields[f"consent_{code}"] = forms.CharField(
                label=f"Consent text in {get_language_info(code)['name']}",
                widget=forms.Textarea(attrs={"rows": 12, "lang": code}),
                initial=self.stored_texts.get(code, CONSENT_TEXTS.get(code, "")),
                required=False,
            )
        for name, field in self.fields.items():
            unit = " (%)" if isinstance(field, PercentField) else " (ms)" if name.endswith("_ms") else ""
            field.label = f"{field.label}{unit}"

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 (for the type checker)
        field.choices = choices

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        """The fields under their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in SECTIONS.items()]

    @property
    def texts(self) -> dict[str, str]:
        """The consent texts by language; line ends as they are stored."""
        codes = [code for code, _name in settings.LANGUAGES]
        given = {code: self.cleaned_data.get(f"consent_{code}", "") for code in codes}
        return {code: text.replace("\r\n", "\n") for code, text in given.items() if text}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if set(PROTOCOL) <= set(cleaned):
            numbers = {name: cleaned[name] for name in PROTOCOL}
            protocol = Protocol(**{**numbers, "exposures_ms": tuple(numbers["exposures_ms"])})
            for column, sentence in mistakes(protocol):
                self.add_error(column, sentence)
        self._check_consent(cleaned)
        return cleaned

    def _check_consent(self, cleaned: Mapping[str, Any]) -> None:
        for code in cleaned.get("languages", []):
            if code not in self.texts:
                name = get_language_info(code)["name"]
                self.add_error(
                    f"consent_{code}", f"There is no text in {name}: write one, or take {name} out of the languages."
                )
        if self.texts != self.stored_texts and cleaned.get("consent_version") == self.stored_version:
            sentence = f"The text has changed, so “{self.stored_version}” is no longer its version: name a new one."
            self.add_error("consent_version", sentence)

    def validate_constraints(self) -> None:
        """What the database refuses is said in words by the rules; a field in error needs no second sentence."""
        if not self.errors:
            super().validate_constraints()

    def values(self) -> dict[str, Any]:
        """The columns, the algorithms and the consent texts."""
        columns = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**columns, "algorithms": list(self.cleaned_data["algorithms"]), "consent_texts": self.texts}


def filled_in(sent: QueryDict, preset: str) -> QueryDict:
    """What was sent, with the numbers of a preset in place of those that were there."""
    filled = sent.copy()
    filled["preset"] = preset
    for name in PROTOCOL:
        filled[name] = str(DesignForm.base_fields[name].prepare_value(getattr(PRESETS[preset], name)))
    return filled
