"""The machine observer at work: one algorithm's colorizations of one test set."""

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from colortest.stimuli import observer
from colortest.stimuli.models import Algorithm, Colorization, MachineFoolRate, TestSet
from colortest.stimuli.rendering import Unreadable
from generator.data import DataError
from generator.observer import Verdicts, machine_fool_rate, observe, settings
from worker.making import check_device, reason_of
from worker.methods import pixels

# What the photos can be at fault for. RuntimeError: torch's own, out of memory among them.
EXPECTED = (DataError, Unreadable, OSError, RuntimeError)


@transaction.atomic
def observe_colorizations(algorithm: Algorithm, test_set: TestSet) -> None:
    """Machine fool rates asked for → computed, or failed with the reason; nothing where another worker is at it.

    One observer judges all splits. The rows stay locked until the commit: a killed worker frees them at once.
    Raises DeviceLost, which is no photo's fault; the rows stay asked for.
    """
    rows = MachineFoolRate.objects.claim(algorithm, test_set)
    if not rows:
        return
    begun = timezone.now()
    made = Colorization.objects.ready().filter(algorithm=algorithm, photo__test_set=test_set)
    colorizations = list(made.select_related("photo").order_by("photo"))
    try:
        verdicts = _verdicts(colorizations)
    except EXPECTED as error:
        check_device(error)
        observer.fail_machine_fool_rates(algorithm=algorithm, test_set=test_set, reason=reason_of(error))
        return
    for row in rows:
        places = [place for place, one in enumerate(colorizations) if one.photo.split == row.split]
        numbers = asdict(machine_fool_rate(verdicts.at(places)))
        observer.store_machine_fool_rate(row=row, numbers=numbers, observer=settings(), computed=begun)


def _verdicts(colorizations: list[Colorization]) -> Verdicts:
    photos = (pixels(colorization.photo) for colorization in colorizations)
    return observe(photos, (pixels(colorization) for colorization in colorizations))
