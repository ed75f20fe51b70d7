"""What the database itself guarantees, whatever the code above it does."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from colortest.experiment import services
from colortest.experiment.models import Arm, Participant, Response, Study, Trial
from colortest.stimuli.models import Algorithm

pytestmark = pytest.mark.django_db

GIVEN = {"chosen_side": "LEFT", "rt_ms": 500, "left_exposure_ms": 1000, "right_exposure_ms": 1000, "frames": 60}


def refused(write: object) -> bool:
    """Whether the database refuses to do it."""
    try:
        with transaction.atomic():
            write()  # type: ignore[operator]
    except (IntegrityError, DatabaseError):
        return True
    return False


@pytest.mark.parametrize(
    "change",
    [{"exposure_ms": 500}, {"question": "FAKE"}, {"seed": 1}, {"splits": ["test"]}, {"consent_text": "other"}],
)
def test_the_design_of_an_open_study_cannot_change(study: Study, change: dict[str, object]) -> None:
    assert refused(lambda: Study.objects.filter(pk=study.pk).update(**change))
    services.close_study(study=study)
    assert refused(lambda: Study.objects.filter(pk=study.pk).update(**change))


def test_a_draft_may_change_and_an_opened_study_is_never_a_draft_again(make_study: object) -> None:
    draft = make_study(open_it=False)  # type: ignore[operator]
    assert not refused(lambda: Study.objects.filter(pk=draft.pk).update(exposure_ms=500))
    opened = services.open_study(study=draft)
    assert refused(lambda: Study.objects.filter(pk=opened.pk).update(status="DRAFT", design_hash=""))


def test_the_algorithms_of_an_open_study_cannot_change(study: Study) -> None:
    catch = Algorithm.objects.get(slug="catch")
    assert refused(lambda: Arm.objects.create(study=study, algorithm=catch))
    assert refused(lambda: study.arms.all().delete())


def test_a_response_is_written_once(participant: Participant) -> None:
    trial = participant.trials.first()
    Response.objects.create(trial=trial, longest_gap_ms=17, **GIVEN)
    assert refused(lambda: Response.objects.create(trial=trial, longest_gap_ms=17, **GIVEN))
    assert refused(lambda: Response.objects.update(chosen_side="RIGHT"))


def test_a_position_holds_one_trial_and_a_side_is_left_or_right(participant: Participant) -> None:
    first = participant.trials.first()
    copy = {"participant": participant, "kind": "TEST", "colorization": first.colorization, "real_side": "LEFT"}
    assert refused(lambda: Trial.objects.create(position=0, **copy))
    assert refused(lambda: Trial.objects.create(position=99, **{**copy, "real_side": "MIDDLE"}))


def test_a_colorization_that_was_shown_cannot_be_deleted(participant: Participant) -> None:
    assert refused(lambda: participant.trials.first().colorization.delete())


def test_nobody_finishes_who_did_not_start(study: Study) -> None:
    person = services.admit_participant(study=study)
    assert refused(lambda: Participant.objects.filter(pk=person.pk).update(finished=timezone.now()))


def test_what_an_algorithm_is_cannot_change_under_its_colorizations(study: Study) -> None:
    grey = Algorithm.objects.filter(slug="grey")
    assert refused(lambda: grey.update(method="random-colour"))
    assert not refused(lambda: grey.update(name="Plain grey"))


def test_two_participants_at_once_get_numbers_of_their_own_and_least_seen_photos(study: Study) -> None:
    first, second = (services.admit_participant(study=study) for _ in range(2))
    assert (first.number, second.number) == (1, 2)
    shown = [
        set(person.trials.filter(kind="TEST").values_list("colorization", flat=True)) for person in (first, second)
    ]
    # 60 photos, 36 test trials each: the second sees the 24 photos that the first did not, before any other.
    assert len(shown[0] & shown[1]) == 12


def test_the_design_hash_covers_the_algorithms_and_every_number(make_study: object) -> None:
    draft = make_study(open_it=False)  # type: ignore[operator]
    before = services.design_hash(draft)
    draft.exposure_ms += 1
    assert services.design_hash(draft) != before
    draft.exposure_ms -= 1
    assert services.design_hash(draft) == before
    Arm.objects.create(study=draft, algorithm=Algorithm.objects.get(slug="catch"))
    assert services.design_hash(draft) != before
