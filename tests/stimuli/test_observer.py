"""Asking the machine observer: rows, pages and the command. The observer itself is the worker's."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from colortest.refusal import Refused
from colortest.stimuli import observer
from colortest.stimuli.models import Algorithm, MachineFoolRate, TestSet
from colortest.stimuli.services import register_method
from tests.cast import colour, make_test_set

pytestmark = pytest.mark.django_db

NUMBERS = {"photos": 12, "fooled": 3.0, "rate": 0.25, "low": 0.09, "high": 0.53}


@pytest.fixture
def grey() -> Algorithm:
    return register_method(slug="grey", name="Grey", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.GREY)


@pytest.fixture
def test_set(grey: Algorithm) -> TestSet:
    """Of 24 photographs over two splits, all coloured."""
    test_set = make_test_set(24)
    colour(test_set, grey)
    return test_set


def store(row: MachineFoolRate) -> None:
    observer.store_machine_fool_rate(row=row, numbers=NUMBERS, observer={"seed": 0}, computed=timezone.now())


def test_asking_makes_one_row_a_split_however_often(grey: Algorithm, test_set: TestSet) -> None:
    for _ in range(2):
        observer.request_machine_fool_rates(algorithm=grey, test_set=test_set)
    assert set(MachineFoolRate.objects.pending().values_list("split", flat=True)) == {"test", "train"}
    assert MachineFoolRate.objects.count() == 2


def test_asking_again_keeps_the_old_numbers_until_there_are_new_ones(grey: Algorithm, test_set: TestSet) -> None:
    observer.request_machine_fool_rates(algorithm=grey, test_set=test_set)
    for row in MachineFoolRate.objects.all():
        store(row)
    assert not MachineFoolRate.objects.pending()
    observer.request_machine_fool_rates(algorithm=grey, test_set=test_set)
    assert {(row.is_pending, row.rate) for row in MachineFoolRate.objects.pending()} == {(True, 0.25)}


def test_too_few_photos_are_refused_in_a_sentence(grey: Algorithm) -> None:
    few = make_test_set(6, name="few")
    colour(few, grey)
    with pytest.raises(Refused, match="needs 20 photos with a ready colorization at least; “Grey” has 6 in “few”"):
        observer.request_machine_fool_rates(algorithm=grey, test_set=few)
    assert not MachineFoolRate.objects.exists()


@pytest.mark.parametrize("wrong", [{"low": 0.3}, {"high": 0.2}, {"low": -0.1}, {"high": 1.1}, {"fooled": 13}])
def test_the_database_refuses_numbers_that_cannot_be(
    grey: Algorithm, test_set: TestSet, wrong: dict[str, float]
) -> None:
    rows = {"algorithm": grey, "test_set": test_set, "requested": timezone.now(), "computed": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        MachineFoolRate.objects.create(**rows, split="test", **(NUMBERS | wrong))
    MachineFoolRate.objects.create(**rows, split="test", **NUMBERS)
    with pytest.raises(IntegrityError), transaction.atomic():
        MachineFoolRate.objects.create(**rows, split="test", **NUMBERS)


def test_an_admin_asks_with_a_button_and_sees_what_came_of_it(
    admin: Client, grey: Algorithm, test_set: TestSet
) -> None:
    assert "Ask the machine observer" in admin.get("/algorithms/").content.decode()
    page = admin.post("/algorithms/grey/observe/", follow=True).content.decode()
    assert "The machine observer is asked about “photographs”" in page
    assert page.count('<span class="badge pending">asked</span>') == 2
    assert page.count("<td>photographs</td>") == 2
    store(MachineFoolRate.objects.get(split="test"))
    observer.fail_machine_fool_rates(algorithm=grey, test_set=test_set, reason="the dog ate it")
    page = admin.get("/algorithms/").content.decode()
    assert "A network’s fool rate, not people’s" in page
    for number in ("<strong>25.0 %</strong>", "9.0 – 53.0 %", ">12<"):
        assert number in page
    assert "the dog ate it" in page
    assert "badge pending" not in page


def test_a_button_without_enough_colorizations_says_so(admin: Client, grey: Algorithm) -> None:
    page = admin.post("/algorithms/grey/observe/", follow=True).content.decode()
    assert "and “Grey” has so many in no test set" in page


def test_the_command_asks_too_and_names_what_is_not_there(
    grey: Algorithm, test_set: TestSet, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("observe", "grey", "photographs")
    assert "The machine observer is asked about Grey on photographs" in capsys.readouterr().out
    assert MachineFoolRate.objects.pending().count() == 2
    for names in (("nobody", "photographs"), ("grey", "nowhere")):
        with pytest.raises(CommandError, match="There is no"):
            call_command("observe", *names)
