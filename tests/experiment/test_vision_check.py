"""The colour-vision screening over HTTP: its outcome, what a study makes of it, and that nobody learns the digits."""

import re

import pytest
from django.test import Client

from colortest.experiment import services
from colortest.experiment.bot import SCREEN
from colortest.experiment.colour_vision import COUNT, NOTHING
from colortest.experiment.models import Participant, Study
from colortest.experiment.screen import Screen
from colortest.experiment.simulation import digits
from tests.cast import MakeStudy
from tests.experiment.test_run import play_to_the_end

pytestmark = pytest.mark.django_db


def at_the_plates(study: Study) -> Participant:
    person = services.admit_participant(study=study)
    services.record_screen(participant=person, measured=Screen.from_browser(SCREEN))
    person.refresh_from_db()
    return person


def answer(client: Client, person: Participant, *wrong: int) -> None:
    """Read all plates, or see nothing on those with these numbers (the control is 0)."""
    look = client.get(f"/take/{person.code}/").context["form"]["look"].value()
    read = [NOTHING if number in wrong else digit for number, digit in enumerate(digits(person.code))]
    fields = {f"plate_{number}": digit for number, digit in enumerate(read, start=1)}
    client.post(f"/take/{person.code}/vision/", {"look": look, **fields})
    person.refresh_from_db()


def template(client: Client, person: Participant) -> str:
    return str(client.get(f"/take/{person.code}/").templates[0].name)


@pytest.mark.parametrize("policy", ["RECORD", "EXCLUDE", "SCREEN_OUT"])
def test_who_reads_the_plates_is_typical_and_goes_on_whatever_the_study_asks(
    client: Client, make_study: MakeStudy, policy: str
) -> None:
    person = at_the_plates(make_study(colour_vision=policy))
    assert template(client, person) == "experiment/vision.html"
    answer(client, person, 3)
    assert (person.vision, person.vision_errors, person.ending) == ("TYPICAL", 1, "")
    assert template(client, person) == "experiment/instructions.html"


def test_a_study_that_does_not_screen_shows_no_plates(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="SKIP"))
    assert template(client, person) == "experiment/instructions.html"
    assert client.get(f"/take/{person.code}/plates/1/").status_code == 404


def test_recording_changes_nothing_else(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="RECORD", practice_trials=0, test_trials=4, catch_share=0.0))
    answer(client, person, 1, 2, 5)
    assert (person.vision, person.vision_errors) == ("DIFFERENT", 3)
    services.begin(participant=person)
    play_to_the_end(client, person)
    person.refresh_from_db()
    assert (person.ending, person.exclusion_reason) == ("COMPLETED", "")


def test_excluding_lets_them_take_part_and_does_not_count_them(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="EXCLUDE", practice_trials=0, test_trials=4, catch_share=0.0))
    answer(client, person, 1, 2)
    assert template(client, person) == "experiment/instructions.html"
    services.begin(participant=person)
    play_to_the_end(client, person)
    person.refresh_from_db()
    assert person.exclusion_reason == f"may see colours differently: misread 2 of {COUNT} plates"
    assert person.ending == "COMPLETED", "they did all that was asked of them"
    assert template(client, person) == "experiment/thanks.html"


def test_screening_out_ends_the_run_with_a_kind_sentence(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="SCREEN_OUT"))
    answer(client, person, 1, 2)
    assert (person.vision, person.ending) == ("DIFFERENT", "SCREENED_OUT")
    page = client.get(f"/take/{person.code}/")
    assert page.templates[0].name == "experiment/ended.html"
    assert "a quick screening and not a diagnosis" in page.content.decode()
    client.post(f"/take/{person.code}/begin/")
    person.refresh_from_db()
    assert person.started is None


def test_who_misreads_the_control_looks_once_more_at_other_plates(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="SCREEN_OUT"))
    first = digits(person.code)
    pictures = client.get(f"/take/{person.code}/plates/1/").content
    answer(client, person, 0)
    assert (person.vision, person.vision_errors, person.ending) == ("", 1, "")
    assert "Please look once more" in client.get(f"/take/{person.code}/").content.decode()
    assert client.get(f"/take/{person.code}/plates/1/").content != pictures
    answer(client, person)
    assert (person.vision, person.vision_errors, person.ending) == ("TYPICAL", 0, "")
    assert len(first) == COUNT


def test_who_misreads_it_again_may_see_colours_differently(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="RECORD"))
    answer(client, person, 0)
    answer(client, person, 0)
    assert (person.vision, template(client, person)) == ("DIFFERENT", "experiment/instructions.html")


def test_answers_sent_twice_are_not_taken_for_those_of_the_second_look(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="RECORD"))
    body = {"look": "1", **{f"plate_{number}": NOTHING for number in range(1, COUNT + 1)}}
    for _ in range(2):
        client.post(f"/take/{person.code}/vision/", body)
    person.refresh_from_db()
    assert (person.vision, person.vision_errors) == ("", COUNT)


def test_a_missing_answer_is_asked_for_and_the_others_stay(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="RECORD"))
    page = client.post(f"/take/{person.code}/vision/", {"look": "1", "plate_1": "5", "plate_3": "17"})
    said = page.content.decode()
    assert said.count("Choose the digit that you see") == COUNT - 2
    assert page.context["form"]["plate_1"].value() == "5"
    checked = re.findall(r"<input[^>]* checked[^>]*>", said)
    assert len(checked) == 1
    assert 'name="plate_1" value="5"' in checked[0]
    person.refresh_from_db()
    assert (person.vision, person.vision_errors) == ("", None)


def test_plates_are_each_persons_own_are_not_cached_and_their_digits_stay_on_the_server(
    client: Client, make_study: MakeStudy
) -> None:
    study = make_study(colour_vision="RECORD")
    one, other = at_the_plates(study), at_the_plates(study)
    plate = client.get(f"/take/{one.code}/plates/2/")
    assert plate.headers["Content-Type"] == "image/png"
    assert "no-store" in plate.headers["Cache-Control"]
    assert "private" in plate.headers["Cache-Control"]
    assert plate.content == client.get(f"/take/{one.code}/plates/2/").content, "a reload shows the same"
    assert plate.content != client.get(f"/take/{other.code}/plates/2/").content
    page = client.get(f"/take/{one.code}/").content.decode()
    services.record_vision(participant=one, look="1", answers=[NOTHING] * COUNT)
    changed = client.get(f"/take/{one.code}/").content.decode()
    buttons = [line for line in page.splitlines() if "plate_" in line]
    assert buttons == [line for line in changed.splitlines() if "plate_" in line], "other digits, the same page"
    for number in ("0", str(COUNT + 1), "99999999999999999999"):
        assert client.get(f"/take/{one.code}/plates/{number}/").status_code == 404


def test_plates_are_gone_once_they_are_answered(client: Client, make_study: MakeStudy) -> None:
    person = at_the_plates(make_study(colour_vision="RECORD"))
    answer(client, person)
    assert client.get(f"/take/{person.code}/plates/1/").status_code == 404
    client.post(f"/take/{person.code}/vision/", {})
    person.refresh_from_db()
    assert person.vision == "TYPICAL"
