"""What researchers and participants fill in."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from colortest.experiment.models import CODE
from colortest.experiment.origins import ORIGINS, Origin
from colortest.stimuli.models import Algorithm, TestSet


class ConsentForm(forms.Form):
    """Agreeing is an act: the box starts empty and must be ticked."""

    # Made up by the page for the run to come, so that a form that is sent twice makes one run.
    code = forms.RegexField(rf"^{CODE}$", widget=forms.HiddenInput, required=False)
    agree = forms.BooleanField(
        label=_("I have read this and agree to take part."),
        error_messages={"required": _("Please tick the box if you agree; otherwise just close the page.")},
    )


class SplitChoice(forms.ModelChoiceField):
    """A test set with the splits it has."""

    def label_from_instance(self, obj: TestSet) -> str:
        splits = obj.photos.split_counts()
        return f"{obj.name} ({', '.join(f'{split}: {count}' for split, count in splits.items())})"


class StudyForm(forms.Form):
    """A new study from a preset: what is tested on which photos, and whose it is where there is a choice."""

    title = forms.CharField(max_length=200)
    preset = forms.ChoiceField(
        choices=[(name, origin.title) for name, origin in ORIGINS.items()],
        widget=forms.RadioSelect,
        initial=next(iter(ORIGINS)),
        label="Protocol",
    )
    test_set = SplitChoice(queryset=TestSet.objects.ready(), empty_label=None)
    splits = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        help_text="A fool rate is reported for each of them.",
        error_messages={
            "required": "Choose at least one split.",
            "invalid_choice": "The test set has no split “%(value)s”: choose among those that it has.",
        },
    )
    algorithms = forms.ModelMultipleChoiceField(
        queryset=Algorithm.objects.testable().active(),
        widget=forms.CheckboxSelectMultiple,
        label="Algorithms under test",
        help_text="Those for catch trials come along by themselves.",
        error_messages={"required": "Choose at least one algorithm."},
    )

    team = forms.ModelChoiceField(
        queryset=Group.objects.none(), empty_label=None, help_text="Its researchers see the study, others do not."
    )

    def __init__(self, *args: Any, teams: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ask_for_team(teams)
        test_set = self._test_set()
        splits = list(test_set.photos.split_counts()) if test_set else []
        splits_field = self.fields["splits"]
        assert isinstance(splits_field, forms.MultipleChoiceField)  # noqa: S101 (for the type checker)
        splits_field.choices = [(split, split) for split in splits]
        ticked = [split for split in self.initial.get("splits", []) if split in splits]
        self.initial["splits"] = ticked or (["test"] if "test" in splits else splits)

    @property
    def presets(self) -> list[tuple[BoundWidget, Origin]]:
        """Each preset's radio button, and where it comes from."""
        return [(option, ORIGINS[option.data["value"]]) for option in self["preset"]]

    def values(self) -> dict[str, Any]:
        """The arguments of `create_study`."""
        return {**self.cleaned_data, "algorithms": list(self.cleaned_data["algorithms"])}

    def _ask_for_team(self, teams: QuerySet[Group]) -> None:
        """Only where there is a choice."""
        if teams.count() < 2:
            del self.fields["team"]
            return
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 (for the type checker)
        team.queryset = teams

    def _test_set(self) -> TestSet | None:
        """The one that is chosen, or else the first."""
        ready = TestSet.objects.ready()
        try:
            return ready.filter(pk=self["test_set"].value()).first() or ready.first()
        except (ValueError, TypeError):
            return ready.first()
