"""Everything that is stored about one run, for the participant who asks for it."""

from typing import Any

from django.db.models import Model

from colortest.experiment.models import OutsideId, Participant, Trial


def everything_about(participant: Participant) -> dict[str, Any]:
    """All columns of a run's rows, by name, ready for JSON: a column that is added later is in it by itself."""
    trials = participant.trials.select_related("response", "colorization__photo", "colorization__algorithm")
    outside = OutsideId.objects.filter(participant=participant).first()
    return {
        "study": participant.study.title,
        "consent_text": participant.study.consent_text_in(participant.language),
        "participant": _columns(participant),
        "outside_id": _columns(outside) if outside else None,
        "trials": [_trial(trial) for trial in trials],
    }


def _trial(trial: Trial) -> dict[str, Any]:
    shown = {"photo": trial.colorization.photo.name, "algorithm": trial.colorization.algorithm.slug}
    response = getattr(trial, "response", None)
    return {**_columns(trial), **shown, "response": _columns(response) if response else None}


def _columns(row: Model) -> dict[str, Any]:
    return {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
