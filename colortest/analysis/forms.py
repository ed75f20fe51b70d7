"""What researchers fill in about numbers."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django import forms

from colortest.analysis.power import Plan
from colortest.experiment.models import Assignment, Study


class PowerForm(forms.Form):
    """The numbers of a design on which its precision depends."""

    USUAL: ClassVar[Mapping[str, object]] = {
        "people": 40,
        "photos": 1000,
        "trials": 36,
        "arms": 1,
        "between": "",
        "rate": 35,
        "person_sd": 0.5,
        "photo_sd": 1.0,
    }

    people = forms.IntegerField(min_value=1, max_value=10_000, help_text="In each arm.")
    photos = forms.IntegerField(min_value=1, max_value=1_000_000, help_text="In each arm.")
    trials = forms.IntegerField(
        min_value=1, max_value=2000, label="Test trials a person", help_text="With a fake; without catch trials."
    )
    arms = forms.IntegerField(
        min_value=1, max_value=100, label="Arms a person sees", help_text="To which the trials are dealt."
    )
    between = forms.BooleanField(required=False, label="Compare arms that different people see")
    rate = forms.FloatField(min_value=1, max_value=99, label="Fool rate to expect", help_text="In per cent.")
    person_sd = forms.FloatField(
        min_value=0, max_value=5, label="How much people differ", help_text="Standard deviation in logits."
    )
    photo_sd = forms.FloatField(
        min_value=0, max_value=5, label="How much photos differ", help_text="Standard deviation in logits."
    )

    @classmethod
    def with_usual(cls, numbers: Mapping[str, object]) -> Self:
        """Filled in with these numbers, and with usual ones where there is none."""
        return cls({name: numbers.get(name, usual) for name, usual in cls.USUAL.items()}, auto_id="power-%s")

    def clean(self) -> dict[str, Any]:
        numbers = dict(super().clean() or {})
        if not self.errors:
            try:
                numbers["plan"] = Plan(**{**numbers, "rate": numbers["rate"] / 100})
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return numbers


def numbers_of(study: Study) -> dict[str, object]:
    """What a study's design says of its precision; what it leaves open is left to `PowerForm.USUAL`."""
    algorithms, splits = study.under_test().count(), study.photos().split_counts()
    between = study.assignment == Assignment.BETWEEN
    shown = study.counts.test // (2 if study.single else 1)  # half of single images are photos
    open_quota = {} if study.quota == 0 else {"people": study.quota}
    return {
        **open_quota,
        "photos": min(splits.values(), default=0),
        "trials": shown,
        "arms": max(1, len(study.splits) * (1 if between else algorithms)),
        **({"between": "on"} if between else {}),
    }
