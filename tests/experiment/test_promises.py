"""What the database itself guarantees, whatever the code above it does."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from colortest.experiment import services
from colortest.experiment.exposure import Exposure
from colortest.experiment.models import Arm, Participant, Response, Study, Trial
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm, Colorization
from colortest.stimuli.services import register_method
from tests.cast import MakeStudy, colour

pytestmark = pytest.mark.django_db

GIVEN = {
    "chosen_side": "LEFT",
    "rt_ms": 500,
    "left_exposure_ms": 1000,
    "right_exposure_ms": 1000,
    "frames": 60,
    "refresh_ms": 16.7,
}


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
    [{"exposures_ms": [500]}, {"question": "FAKE"}, {"seed": 1}, {"splits": ["test"]}, {"consent_version": "2"}],
)
def test_the_design_of_an_open_study_cannot_change(study: Study, change: dict[str, object]) -> None:
    assert refused(lambda: Study.objects.filter(pk=study.pk).update(**change))
    services.close_study(study=study)
    assert refused(lambda: Study.objects.filter(pk=study.pk).update(**change))


def test_a_draft_may_change_and_an_opened_study_is_never_a_draft_again(make_study: object) -> None:
    draft = make_study(open_it=False)  # type: ignore[operator]
    assert not refused(lambda: Study.objects.filter(pk=draft.pk).update(exposures_ms=[500]))
    opened = services.open_study(study=draft)
    assert refused(lambda: Study.objects.filter(pk=opened.pk).update(status="DRAFT", design_hash=""))


def test_the_algorithms_of_an_open_study_cannot_change(study: Study) -> None:
    late = register_method(slug="late", name="Late", kind="BASELINE", method="grey")
    assert refused(lambda: Arm.objects.create(study=study, algorithm=late))
    assert refused(lambda: study.arms.all().delete())
    other = services.create_study(
        title="Other", test_set=study.test_set, splits=["test"], algorithms=[late], preset="thesis-2020"
    )
    assert refused(lambda: study.arms.update(study=other))


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
    draft.exposures_ms = [1001]
    assert services.design_hash(draft) != before
    draft.exposures_ms = [1000]
    assert services.design_hash(draft) == before
    draft.arms.last().delete()
    assert services.design_hash(draft) != before
    draft.test_set.photos.first().delete()
    assert services.design_hash(draft) != before


def test_a_study_needs_every_colorization_of_every_algorithm_and_asks_for_them(study: Study) -> None:
    late = register_method(slug="late", name="Late", kind="BASELINE", method="grey")
    draft = services.create_study(
        title="Late", test_set=study.test_set, splits=["test"], algorithms=[late], preset="thesis-2020"
    )
    lack = "Late has 0 of the 30 colorizations of the split “test”: 30 waiting to be made."
    assert services.shortfall(draft).startswith(lack)
    assert Colorization.objects.pending().filter(algorithm=late).count() == 30
    Colorization.objects.pending().delete()
    with pytest.raises(Refused, match="Late has 0 of the 30 colorizations of the split “test”: 30 never asked for."):
        services.open_study(study=draft)


def test_a_catch_algorithm_that_comes_later_stays_out_of_an_open_study(study: Study) -> None:
    newcomer = register_method(slug="newcomer", name="Newcomer", kind="CATCH", method="random-colour")
    colour(study.test_set, newcomer)
    person = services.admit_participant(study=study)
    assert not person.trials.filter(colorization__algorithm=newcomer).exists()


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"test_trials": 62, "catch_share": 0.0, "practice_trials": 0}, "31 different photos of the split “test”"),
        ({"test_trials": 40, "practice_trials": 25}, "65 trials need as many different photos; there are 60"),
    ],
)
def test_a_study_that_might_run_out_of_photos_does_not_open(
    make_study: object, columns: dict[str, object], sentence: str
) -> None:
    draft = make_study(open_it=False, **columns)  # type: ignore[operator]
    assert sentence in services.shortfall(draft)


def test_a_split_that_is_named_twice_counts_once_and_a_reserved_title_is_refused(study: Study) -> None:
    wanted = {"test_set": study.test_set, "algorithms": list(study.under_test()), "preset": "thesis-2020"}
    assert services.create_study(title="Twice", splits=["test", "test"], **wanted).splits == ["test"]
    for title in ("New", "Import"):
        with pytest.raises(Refused, match=f"/studies/{title.lower()}/ is the address of another page of this site"):
            services.create_study(title=title, splits=["test"], **wanted)
    with pytest.raises(Refused, match="needs a title of its own"):
        services.create_study(title="…", splits=["test"], **wanted)
    with pytest.raises(Refused, match="those for catch trials are not"):
        services.create_study(
            title="Caught", splits=["test"], **{**wanted, "algorithms": list(study.for_catch_trials())}
        )
    with pytest.raises(Refused, match="no photos in the split “moon”"):
        services.create_study(title="Moon", splits=["moon"], **wanted)


def together(count: int, do: Callable[[], object]) -> None:
    """Do it in that many threads at once, each with a connection of its own."""
    gate = threading.Barrier(count)

    def one() -> None:
        gate.wait(10)
        try:
            do()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_many_who_start_at_once_get_numbers_and_balanced_photos_without_an_error(make_study: MakeStudy) -> None:
    study = make_study()
    together(6, lambda: services.admit_participant(study=study))
    assert sorted(study.participants.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    shown = Counter(Trial.objects.filter(kind="TEST").values_list("colorization", flat=True))
    assert sum(shown.values()) == 6 * 36
    assert max(shown.values()) - min(shown.values()) <= 1


@pytest.mark.django_db(transaction=True)
def test_a_response_that_arrives_in_two_requests_at_once_is_stored_once(make_study: MakeStudy) -> None:
    person = services.admit_participant(study=make_study())
    services.begin(participant=person)
    trial = person.trials.select_related("participant__study").first()
    shown = Exposure(500, 1000, 500, 1000, 60, 17, 16.7, False, False, 0, 0)
    failures: list[Exception] = []

    def send() -> None:
        try:
            services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=shown)
        except Exception as error:  # noqa: BLE001 (a thread's errors would be lost)
            failures.append(error)

    together(5, send)
    assert failures == []
    assert Response.objects.count() == 1
