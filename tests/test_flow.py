"""From a photo to a fool rate through a real worker process, a real queue and HTTP."""

import os
import signal
import time
from collections.abc import Callable

import httpx
import pytest
from django.core.management import CommandError, call_command

from colortest import jobs
from colortest.analysis.models import FoolRate
from colortest.embedded.supervisor import Child
from colortest.experiment import services as experiment
from colortest.experiment.models import Participant, Response, Study
from colortest.stimuli import services as stimuli
from colortest.stimuli.models import Algorithm, Colorization
from tests.cast import MakeStudy, make_test_set
from tests.participant_bot import person, play_people
from tests.worker.workers import ring_until_made
from worker.tasks import ring_again

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def wait_for(what: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.1)


def all_made() -> bool:
    return not Colorization.objects.pending().exists()


def rates_are_fresh(study: Study) -> bool:
    last = study.participants.finished().order_by("finished").last()
    rate = study.fool_rates.order_by("computed").last()
    return bool(last and rate and rate.computed > last.finished)


def test_photos_become_colorizations_become_a_fool_rate_that_covers_the_truth(site: str, worker: Child) -> None:
    test_set = make_test_set(60)
    kinds, methods = Algorithm.Kind, Algorithm.Method
    grey = stimuli.register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY)
    stimuli.register_method(slug="catch", name="Catch", kind=kinds.CATCH, method=methods.RANDOM_COLOUR)
    stimuli.colorize_with_all(test_set=test_set)
    wait_for(all_made)
    assert Colorization.objects.ready().count() == 120
    study = experiment.create_study(
        title="Flow", test_set=test_set, splits=["test", "train"], algorithms=[grey], preset="thesis-2020"
    )
    experiment.open_study(study=study)
    play_people(site, study, 5, fool_rate=0.4)
    wait_for(lambda: rates_are_fresh(study))
    people = list(study.fool_rates.of_people())
    assert sum(rate.countable for rate in people) == 5 * 36
    for rate in people:
        # 99.7 % of such intervals of 90 trials come this near; the seeds are fixed, so the test is stable.
        assert rate.low - 0.05 <= 0.4 <= rate.high + 0.05


def test_simulated_participants_are_marked_and_their_interval_covers_the_known_probability(
    site: str, worker: Child, make_study: MakeStudy, capsys: pytest.CaptureFixture[str]
) -> None:
    study = make_study(photos=60, seed=1)
    call_command("simulate", study=study.slug, participants=6, fool_rate=0.4, url=site, seed=1)
    assert "who finished “Sunday study”: 6." in capsys.readouterr().out
    wait_for(lambda: rates_are_fresh(study))
    assert not Participant.objects.filter(simulated=False).exists()
    assert set(study.fool_rates.of_people().values_list("countable", flat=True)) == {0}
    fooled = sum(rate.fooled for rate in study.fool_rates.of_simulated())
    countable = sum(rate.countable for rate in study.fool_rates.of_simulated())
    assert countable > 100, "some miss catch trials and are excluded"
    assert abs(fooled / countable - 0.4) < 3 * (0.24 / countable) ** 0.5
    for rate in study.fool_rates.of_simulated():
        assert rate.low <= 0.4 <= rate.high


def test_simulating_what_cannot_be_simulated_is_explained(make_study: MakeStudy) -> None:
    make_study(photos=60)
    with pytest.raises(CommandError, match="no open study “nothing”"):
        call_command("simulate", study="nothing")
    with pytest.raises(CommandError, match="between 0 and 1"):
        call_command("simulate", study="sunday-study", fool_rate=40)
    with pytest.raises(CommandError, match="did not play along"):
        call_command("simulate", study="sunday-study", participants=1, url="http://127.0.0.1:9")


def test_nobody_can_pass_as_simulated_without_the_sites_own_pass(site: str, make_study: MakeStudy) -> None:
    study = make_study(photos=60, practice_trials=0, test_trials=4, catch_share=0.0)
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        person(site, fool_rate=0.5, seed=1).play(study.slug, simulation="1:made-up")
    assert not study.participants.exists()


def test_a_person_who_stops_and_returns_goes_on_where_they_were(site: str, make_study: MakeStudy) -> None:
    study = make_study(photos=60)
    steps = person(site, fool_rate=0.5, seed=1).session(study.slug)
    for _ in range(12):
        next(steps)
    assert Response.objects.count() == 10
    for _ in steps:
        pass
    assert Response.objects.count() == 50
    assert study.participants.get().finished


def test_what_a_lost_message_left_behind_is_rung_for_again(
    worker: Child, monkeypatch: pytest.MonkeyPatch, make_study: MakeStudy
) -> None:
    study = make_study(photos=60)
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "_send", lambda *_: None)
        test_set = make_test_set(4, name="another")
        stimuli.colorize_with_all(test_set=test_set)
    time.sleep(1)
    assert Colorization.objects.pending().count() == 8
    assert not FoolRate.objects.exists()
    ring_again()
    wait_for(all_made)
    wait_for(lambda: study.fool_rates.exists())


def test_a_killed_worker_loses_nothing_and_the_next_one_finishes(worker: Child, make_study: MakeStudy) -> None:
    """The row locks die with the process; the rows are pending again at once."""
    test_set = make_test_set(60)
    kinds, methods = Algorithm.Kind, Algorithm.Method
    stimuli.register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY)
    stimuli.register_method(slug="catch", name="Catch", kind=kinds.CATCH, method=methods.RANDOM_COLOUR)
    stimuli.colorize_with_all(test_set=test_set)
    wait_for(lambda: Colorization.objects.ready().exists())
    assert Colorization.objects.pending().exists()
    child = _task_process(worker)
    os.kill(child, signal.SIGKILL)
    ring_until_made()
    made = Colorization.objects.ready()
    assert made.count() == 120
    assert len(set(made.values_list("file", flat=True))) == 120


def _task_process(worker: Child) -> int:
    """The process in which the worker runs its tasks."""
    return int(next(iter(_children(worker.pid))))


def _children(pid: int) -> list[str]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123
        return file.read().split()
