"""A small study of real photographs that two people have played, in the database of whoever calls this."""

from colortest.experiment import services
from colortest.experiment.exposure import Exposure
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.cast import colour, make_test_set

SHOWN = Exposure(1000, 1000, 60, 17, 16.7, hidden=False, repeated=False)


def play() -> None:
    test_set = make_test_set()
    kinds, methods = Algorithm.Kind, Algorithm.Method
    grey = register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY)
    catch = register_method(slug="catch", name="Catch", kind=kinds.CATCH, method=methods.RANDOM_COLOUR)
    for algorithm in (grey, catch):
        colour(test_set, algorithm)
    study = services.create_study(
        title="Sunday study", test_set=test_set, splits=["test", "train"], algorithms=[grey], preset="thesis-2020"
    )
    study = services.open_study(study=study)
    for _ in range(2):
        person = services.admit_participant(study=study)
        services.begin(participant=person)
        for trial in person.trials.order_by("position"):
            services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=SHOWN)
