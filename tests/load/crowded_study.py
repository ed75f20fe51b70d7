"""An open study of real photographs with two algorithms and room for everybody, in the caller's database."""

from colortest.experiment import services
from colortest.experiment.models import Study
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.cast import colour, stage_study


def stage() -> None:
    draft = stage_study(open_it=False)
    other = register_method(slug="other", name="Other", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.GREY)
    colour(draft.test_set, other)
    draft.arms.create(algorithm=other)
    numbers = {"practice_trials": 2, "test_trials": 20, "reserve_share": 0.1, "quota": 0, "colour_vision": "SKIP"}
    Study.objects.filter(pk=draft.pk).update(**numbers)
    services.open_study(study=Study.objects.get(pk=draft.pk))
