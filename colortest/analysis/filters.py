"""What a list or a page is narrowed down to, from the address. What is not understood narrows nothing."""

from typing import Any, TypedDict

from django import forms
from django.db.models import Q, QuerySet

from colortest.analysis import participants
from colortest.analysis.photos import LEAST, MOST
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm, TestSet


class Chosen(TypedDict):
    """Which photos, and in which order."""

    algorithm: Algorithm | None
    split: str
    order: str


class PhotoFilter(forms.Form):
    """Of the photos of one study."""

    algorithm = forms.ModelChoiceField(
        Algorithm.objects.none(), required=False, to_field_name="slug", empty_label="all algorithms"
    )
    split = forms.ChoiceField(required=False)
    order = forms.ChoiceField(
        choices=[(MOST, "most convincing first"), (LEAST, "least convincing first")], required=False
    )

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["algorithm"].queryset = study.under_test()  # type: ignore[attr-defined]
        splits = [("", "all splits"), *((split, split) for split in study.splits)]
        self.fields["split"].choices = splits  # type: ignore[attr-defined]

    def chosen(self) -> Chosen:
        self.is_valid()
        clean = self.cleaned_data
        return Chosen(algorithm=clean.get("algorithm"), split=clean.get("split", ""), order=clean.get("order") or MOST)


class People(TypedDict):
    """Which participants, and in which order."""

    who: str
    order: str


class ParticipantFilter(forms.Form):
    """Of those who finished one study. rates: whether they may be ordered by their fool rates."""

    who = forms.ChoiceField(
        label="People",
        choices=[
            (participants.ALL, "all who finished"),
            (participants.COUNTED, "who are counted"),
            (participants.EXCLUDED, "who are excluded"),
        ],
        required=False,
    )
    order = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, rates: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_rate = [(participants.MOST, "most often fooled first"), (participants.LEAST, "least often fooled first")]
        self.fields["order"].choices = [  # type: ignore[attr-defined]
            (participants.NUMBER, "by number"),
            *(by_rate if rates else []),
            (participants.CATCH, "fewest catch trials caught first"),
            (participants.FAST, "fastest first"),
            (participants.SLOW, "slowest first"),
        ]

    def chosen(self) -> People:
        self.is_valid()
        clean = self.cleaned_data
        return People(who=clean.get("who", ""), order=clean.get("order") or participants.NUMBER)


class StudyFilter(forms.Form):
    """Of the studies that somebody knows of."""

    search = forms.CharField(required=False, widget=forms.TextInput(attrs={"type": "search"}))
    status = forms.ChoiceField(choices=[("", "any status"), *Study.Status.choices], required=False)
    test_set = forms.ModelChoiceField(
        TestSet.objects.none(), required=False, to_field_name="slug", empty_label="any test set"
    )
    algorithm = forms.ModelChoiceField(
        Algorithm.objects.none(), required=False, to_field_name="slug", empty_label="any algorithm"
    )

    def __init__(self, *args: Any, studies: QuerySet[Study], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.studies = studies
        test_sets = TestSet.objects.filter(studies__in=studies).distinct()
        algorithms = Algorithm.objects.testable().filter(arms__study__in=studies).distinct()
        self.fields["test_set"].queryset = test_sets.order_by("name")  # type: ignore[attr-defined]
        self.fields["algorithm"].queryset = algorithms.order_by("name")  # type: ignore[attr-defined]

    def found(self) -> QuerySet[Study]:
        """The studies that are left, newest first. Every word searched for is in the title, or begins the hash."""
        self.is_valid()
        clean, wanted = self.cleaned_data, Q()
        for word in clean.get("search", "").split():
            wanted &= Q(title__icontains=word) | Q(design_hash__startswith=word.lower())
        for name, lookup in {"status": "status", "test_set": "test_set"}.items():
            if clean.get(name):
                wanted &= Q(**{lookup: clean[name]})
        if clean.get("algorithm"):
            wanted &= Q(arms__algorithm=clean["algorithm"])
        return self.studies.filter(wanted).order_by("-created", "-id")


class CompareForm(forms.Form):
    """A study, and perhaps another beside it."""

    study = forms.ModelChoiceField(Study.objects.none(), to_field_name="slug", empty_label="choose a study")
    beside = forms.ModelChoiceField(
        Study.objects.none(), required=False, to_field_name="slug", empty_label="its own algorithms only"
    )

    def __init__(self, *args: Any, studies: QuerySet[Study], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("study", "beside"):
            opened = studies.exclude(status=Study.Status.DRAFT).select_related("test_set")
            self.fields[name].queryset = opened.order_by("title")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        chosen = dict(super().clean() or {})
        if chosen.get("study") and chosen["study"] == chosen.get("beside"):
            self.add_error("beside", "This is the same study: choose another, or none for its own algorithms.")
        return chosen

    def chosen(self) -> tuple[Study | None, Study | None]:
        """The study and the other one, as far as they are chosen."""
        if not self.is_bound or not self.is_valid():
            return None, None
        return self.cleaned_data["study"], self.cleaned_data["beside"]
