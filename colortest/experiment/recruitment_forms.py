"""What researchers fill in about people: where they come from, what they are told at the end, who asks for a run."""

from collections.abc import Mapping
from typing import Any

from django import forms

from colortest.experiment.models import CODE, Completion, Study
from colortest.experiment.recruiters import RECRUITERS, require_completion_url


class RecruiterForm(forms.Form):
    """Where people come from."""

    recruiter = forms.ChoiceField(label="People come from", choices=Study.Recruiter.choices)


class CompletionForm(forms.Form):
    """What is said to those whose run ends in one way; nothing, when all is left empty."""

    text = forms.CharField(label="Sentence", max_length=500, required=False)
    code = forms.CharField(label="Code", max_length=64, required=False)
    url = forms.CharField(label="Link back", max_length=500, required=False)

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            if url:
                require_completion_url(url)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return url


def completion_forms(study: Study, data: Mapping[str, Any] | None) -> dict[str, CompletionForm]:
    """A form for each ending, filled with what is set or with the link that the recruiter expects."""
    expected = {"url": RECRUITERS[study.recruiter].completion_url}
    known = {row.ending: {"code": row.code, "url": row.url, "text": row.text} for row in study.completions.all()}
    return {
        ending: CompletionForm(data, prefix=ending, initial=known.get(ending, expected))
        for ending in Completion.Ending.values
    }


class CodeForm(forms.Form):
    """A participant's code, as the thanks page shows it."""

    code = forms.RegexField(
        rf"^{CODE}$",
        label="Participant’s code",
        error_messages={"invalid": "A code has 22 letters, digits, hyphens or underscores."},
    )
