"""A small study of real photographs that two people have played, in the database of whoever calls this."""

from colortest.experiment import services
from colortest.experiment.exposure import Exposure
from tests.cast import stage_study

SHOWN = Exposure(500, 1000, 500, 1000, 60, 17, 16.7, False, False, 0, 0)


def play() -> None:
    study = stage_study()
    for _ in range(2):
        person = services.admit_participant(study=study)
        services.begin(participant=person)
        for trial in person.trials.order_by("position"):
            services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=SHOWN)
