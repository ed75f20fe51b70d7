"""What researchers fill in to let others read."""

from django import forms
from django.contrib.auth.models import Group
from django.db.models import QuerySet


class LinkForm(forms.Form):
    """A link for viewers."""

    note = forms.CharField(
        max_length=100,
        label="For whom",
        help_text="So that you know later which one to revoke; viewers do not see it.",
        error_messages={"required": "Say for whom it is, so that you know later which one to revoke."},
    )


class TokenForm(forms.Form):
    """A token for programs."""

    name = forms.CharField(
        max_length=100,
        label="What for",
        help_text="A notebook, a script or a machine.",
        error_messages={"required": "Say what it is for, so that you know later which one to revoke."},
    )


class TeamForm(forms.Form):
    """Whose a study is."""

    team = forms.ModelChoiceField(queryset=Group.objects.none(), empty_label=None)

    def __init__(self, data: object = None, *, teams: QuerySet[Group], initial: Group | None = None) -> None:
        super().__init__(data, initial={"team": initial})  # type: ignore[arg-type]
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the type checker)
        field.queryset = teams
