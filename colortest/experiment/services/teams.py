"""Writes of whose a study is."""

from django.contrib.auth.models import Group, User
from django.db import transaction

from colortest.experiment.models import Study, StudyEvent


@transaction.atomic
def hand_over(*, study: Study, team: Group, by: User | None = None) -> None:
    """The study belongs to this team from now on, logged; its design stays as it is."""
    before = Study.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=study.pk).team
    if before == team:
        return
    Study.objects.filter(pk=study.pk).update(team=team)
    names = {"from_team": before.name, "to_team": team.name}
    StudyEvent.objects.create(study=study, what=StudyEvent.What.HANDED, by=by, **names)
